using System.Globalization;

namespace PingAnIoT.Rules;

/// <summary>Codes that a rule lists: all whole numbers from one to another, both included.</summary>
public readonly record struct CodeRange(int From, int To)
{
    /// <summary>A value that is not whole is no code.</summary>
    public bool Includes(double value) => value >= From && value <= To && value == Math.Floor(value);

    /// <summary>As a rule file writes it.</summary>
    public override string ToString() => From == To
        ? From.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{From}-{To}");
}
