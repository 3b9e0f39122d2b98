namespace PingAnIoT.Server;

/// <summary>What every verb's exit status means.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>It was tried and the answer is no: a rule file with errors, a damaged ledger, a step that is not legal.</summary>
    public const int No = 1;

    /// <summary>The command line or the settings are wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The server cannot be reached, or went away.</summary>
    public const int Unreachable = 3;
}
