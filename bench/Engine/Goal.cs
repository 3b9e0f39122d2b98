using System.Globalization;

namespace PingAnIoT.Bench;

/// <summary>A figure that has to reach something.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Measured">NaN when it was not.</param>
/// <param name="Format">How figures of its unit are written, unit included.</param>
/// <param name="Must">The least that will do, or the most.</param>
/// <param name="Aim">What we would like; the same as <paramref name="Must"/> when nothing more is asked.</param>
internal sealed record Goal(string What, double Measured, string Format, double Must, double Aim)
{
    /// <summary>True where more is better; false where less is.</summary>
    public bool IsAtLeast { get; init; }

    public bool IsMet => Reaches(Must);

    public void WriteTo(Report report)
    {
        var sign = IsAtLeast ? "≥ " : "≤ ";
        report.Row(What, Text(Measured), sign + Text(Must), Must == Aim ? "" : sign + Text(Aim), Verdict());
    }

    private string Verdict() => double.IsNaN(Measured) ? "not measured" : Reaches(Aim) && Must != Aim ? "aim" : IsMet ? "yes" : "**no**";

    private bool Reaches(double bar) => IsAtLeast ? Measured >= bar : Measured <= bar;

    private string Text(double value) => double.IsNaN(value) ? "" : value.ToString(Format, CultureInfo.InvariantCulture);
}
