using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary>Where a verb reads from and writes to, and its clock: the process's own, or a test's.</summary>
public sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error, TimeProvider Time)
{
    /// <summary>True when a person sits at it: prompts and live tables make sense.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>The file of mode 600 that keeps the session of <c>sign-in</c>: PINGAN_TOKEN_FILE, or <c>pinganiot/session</c> in the user's settings folder.</summary>
    public string TokenFile { get; init; } = Environment.GetEnvironmentVariable("PINGAN_TOKEN_FILE")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "pinganiot", "session");

    public static Terminal OfProcess() => new(Console.In, Console.Out, Console.Error, TimeProvider.System)
    {
        IsInteractive = !Console.IsOutputRedirected && !Console.IsInputRedirected,
    };

    /// <summary>Rich output, on the same writer; without colours where there is no terminal.</summary>
    public IAnsiConsole Ansi() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(Out),
        Ansi = IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = IsInteractive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = IsInteractive ? InteractionSupport.Yes : InteractionSupport.No,
    });
}
