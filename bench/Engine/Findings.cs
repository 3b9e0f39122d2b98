using System.Globalization;

namespace PingAnIoT.Bench;

/// <summary>Named figures of one part of a benchmark, as they go from the process that measured them to the one that reports.</summary>
internal sealed class Findings
{
    private const string Mark = "found ";
    private readonly Dictionary<string, double> values = new(StringComparer.Ordinal);

    /// <summary>NaN for what was not measured.</summary>
    public double this[string name]
    {
        get => values.GetValueOrDefault(name, double.NaN);
        set => values[name] = value;
    }

    public bool IsEmpty => values.Count == 0;

    /// <summary>The part that they are of broke off.</summary>
    public bool IsBroken { get; set; }

    public void Print()
    {
        foreach (var (name, value) in values)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Mark}{name} {value:R}"));
        }
    }

    /// <returns>False when the line is not one of <see cref="Print"/>'s.</returns>
    public bool TryTake(string line)
    {
        if (line.StartsWith(Mark, StringComparison.Ordinal) && line.Split(' ') is [_, var name, var value])
        {
            values[name] = double.Parse(value, CultureInfo.InvariantCulture);
            return true;
        }

        return false;
    }
}
