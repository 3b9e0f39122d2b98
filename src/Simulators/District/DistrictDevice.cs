using System.Globalization;
using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>Where a device is and to whom it belongs, for the register.</summary>
/// <param name="Territory">Codes from district to grid, joined by '/'.</param>
/// <param name="Latitude">Degrees north.</param>
/// <param name="Longitude">Degrees east.</param>
/// <param name="Address">Chinese, then English, parted by " | ".</param>
/// <param name="OwnerUnit">Name of the owner.</param>
public sealed record Site(string Territory, double Latitude, double Longitude, string Address, string OwnerUnit);

/// <summary>A simulated device: gives its readings at its own pace, in the order of time. All chance comes from its seed.</summary>
public abstract class DistrictDevice(string kind, string name, string gateway, Site site, double periodSeconds, int seed)
{
    private readonly StringBuilder values = new();

    public string Kind { get; } = kind;

    public string Name { get; } = name;

    public string Gateway { get; } = gateway;

    public Site Site { get; } = site;

    /// <summary>Seconds between two readings.</summary>
    public double PeriodSeconds { get; } = periodSeconds;

    /// <summary>At most one at a time.</summary>
    public Fault? Fault { get; set; }

    /// <summary>Set-points of this device alone, for the register.</summary>
    public virtual IReadOnlyDictionary<string, double> SetPoints => new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The faults that this kind of device can have.</summary>
    public abstract IReadOnlyList<FaultKind> Faults { get; }

    protected Random Random { get; } = new(seed);

    /// <summary>The device's payload at one moment: a plain JSON object with its time.</summary>
    public string Payload(double unixSeconds)
    {
        values.Clear();
        values.Append(CultureInfo.InvariantCulture, $"{{\"t\":{unixSeconds:F3}");
        Sample(unixSeconds);
        return values.Append('}').ToString();
    }

    /// <summary>The same as SenML records for a pack of many devices, without the brackets.</summary>
    public string SenmlRecords(double unixSeconds)
    {
        var plain = Payload(unixSeconds);
        var fields = plain[1..^1].Split(',');
        var records = new StringBuilder();
        for (var i = 1; i < fields.Length; i++)
        {
            var colon = fields[i].IndexOf(':', StringComparison.Ordinal);
            var value = fields[i][(colon + 1)..];
            var label = value is "true" or "false" ? "vb" : "v";
            records.Append(i == 1
                ? string.Create(CultureInfo.InvariantCulture, $"{{\"bn\":\"{Kind}/{Name}/\",\"bt\":{unixSeconds:F3},")
                : ",{");
            records.Append(CultureInfo.InvariantCulture, $"\"n\":{fields[i][..colon]},\"{label}\":{value}}}");
        }

        return records.ToString();
    }

    /// <summary>Writes the quantities of this moment with <see cref="Put(string, double)"/>.</summary>
    protected abstract void Sample(double now);

    protected void Put(string quantity, double value) =>
        values.Append(CultureInfo.InvariantCulture, $",\"{quantity}\":{Math.Round(value, 3)}");

    protected void Put(string quantity, bool value) => values.Append(",\"").Append(quantity).Append(value ? "\":true" : "\":false");

    protected double Noise(double deviation) => (Random.NextDouble() + Random.NextDouble() + Random.NextDouble() - 1.5) * 2 * deviation;

    protected double FaultAge(FaultKind kind, double now) => Fault is { } fault && fault.Kind == kind ? fault.Age(now) : -1;

    /// <summary>0 at night to 1 at the peaks of the day (breakfast, noon, supper), local time UTC+8.</summary>
    protected static double Demand(double now)
    {
        var hour = ((now / 3600) + 8) % 24;
        return Math.Clamp((0.8 * Peak(hour, 7)) + (0.7 * Peak(hour, 12)) + Peak(hour, 18.5), 0, 1);
    }

    private static double Peak(double hour, double centre) => Math.Exp(-(hour - centre) * (hour - centre) / 2);
}
