namespace PingAnIoT.Simulators.Tests;

/// <summary>A kind whose every number is a wave of its own and whose one incident lifts the first, for tests of what stands around the models.</summary>
internal sealed class PlainModel(string kind, params SimulatedQuantity[] quantities) : DeviceModel
{
    /// <summary>One for each kind of the shapes, with the number of quantities that a city's devices report, and more.</summary>
    public static IReadOnlyList<DeviceModel> All { get; } =
    [
        Of("gas-pipe", ("pressure", "kPa"), ("methane", "%LEL"), ("valve", "?"), ("flow", "m3/h")),
        Of("elevator", ("speed", "m/s"), ("vibration", "m/s2"), ("level-offset", "mm"), ("door-open", "?"), ("occupied", "?"), ("trapped", "?"), ("fault-code", "")),
        Of("smoke-detector", ("smoke", "dB/m"), ("alarm", "?"), ("temperature", "Cel"), ("battery", "%EL")),
        Of("charging-pile", ("current", "A"), ("voltage", "V"), ("temperature", "Cel"), ("leakage", "mA"), ("charging", "?")),
        Of("pipe-network", ("pressure", "kPa"), ("flow", "m3/h"), ("level", "m"), ("temperature", "Cel")),
        Of("lpg-cylinder", ("weight", "kg"), ("methane", "%LEL"), ("temperature", "Cel")),
    ];

    public override string Kind { get; } = kind;

    public override IReadOnlyList<SimulatedQuantity> Quantities { get; } = quantities;

    public override IReadOnlyList<Sort> Sorts { get; } =
    [
        new("slow-leak", kind, Nature.Incident, AlertClass.Yellow, 2, 600, 7200, "The first quantity rises.", "test"),
        new("burst", kind, Nature.Incident, AlertClass.Red, 1, 60, 600, "The first quantity jumps.", "test"),
        new("steam", kind, Nature.Nuisance, AlertClass.None, 4, 60, 600, "The second quantity rises a little.", "test"),
    ];

    public override IReadOnlyDictionary<string, double> SetPoints(ulong seed) =>
        Kind == "gas-pipe" && seed % 2 == 0 ? new Dictionary<string, double>(StringComparer.Ordinal) { ["methane-first-level"] = 10 } : base.SetPoints(seed);

    public override void Sample(ulong seed, double time, ReadOnlySpan<Ailment> ailments, Span<double> values)
    {
        for (var i = 0; i < quantities.Length; i++)
        {
            values[i] = quantities[i].IsBoolean || quantities[i].Decimals == 0 ? 0 : 10 + (5 * Math.Sin((time / 600) + (seed % 7) + i));
        }

        foreach (var ailment in ailments)
        {
            if (ailment.Sort.Kind == Kind && ailment.Age(time) is >= 0 and var age)
            {
                values[ailment.Sort.Name == "steam" ? 1 : 0] += ailment.Sort.Name == "slow-leak" ? age * ailment.Severity / 60 : 40 * ailment.Severity;
            }
        }
    }

    public override double FindableAt(ulong seed, Ailment ailment) => ailment.Sort.Name == "slow-leak" ? ailment.Onset + 60 : ailment.Onset;

    private static PlainModel Of(string kind, params (string Name, string Unit)[] quantities) =>
        new(kind, [.. quantities.Select(q => new SimulatedQuantity(q.Name, q.Unit.Replace("?", ""), q.Unit.Length == 0 ? 0 : 2, q.Unit is "" or "?" ? 0 : 0.05, "test", q.Unit == "?", -1000, 1000))]);
}
