namespace PingAnIoT.Alerts;

/// <summary>The policy that is in force when none is given: <c>policy/default.yaml</c>, carried inside the assembly.</summary>
public static class DefaultPolicy
{
    /// <summary>For error messages and the ledger.</summary>
    public const string FileName = "policy/default.yaml";

    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(DefaultPolicy).Assembly.GetManifestResourceStream(FileName)
            ?? throw new InvalidOperationException($"{FileName} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
