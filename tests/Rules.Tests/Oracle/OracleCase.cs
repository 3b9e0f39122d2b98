using System.Globalization;

namespace PingAnIoT.Rules.Tests;

/// <summary>Random rules over a random journal, all from one seed: lateness, repeats, gaps, stale samples, ticks that stop, gateways that come and go, values that cannot be packed.</summary>
internal sealed record OracleCase(int Seed, RuleSet Rules, EngineOptions Options, IReadOnlyList<Reading> Journal)
{
    private const int Devices = 7;
    private static readonly int GatewayKind = Catalog.Default.FindKind(Catalog.GatewayKind);

    public static OracleCase Make(int seed)
    {
        var random = new Random(seed);
        var options = new EngineOptions
        {
            AllowedLatenessMicros = Pick<long>(random, 0, 500_000, 2_000_000), CarryMicros = Pick<long>(random, 4_000_000, 30_000_000),
            SilenceGapCapMicros = Pick<long>(random, 1_500_000, 5_000_000), SeriesReadingsMax = Pick(random, 1, 3, 20, 4096, 4096, 4096),
        };
        // A few cases are all about sequences, which take many readings of one device.
        var isOfSequences = random.Next(8) == 0;
        var isDense = !isOfSequences && random.Next(4) == 0;
        var rules = Enumerable.Range(0, random.Next(1, isDense ? 3 : 5)).Select(i => isOfSequences ? MakeSequence(random, i) : MakeRule(random, i)).ToList();
        return new OracleCase(
            seed, new RuleSet(rules), options,
            isDense ? OracleJournal.MakeDense(random)
                : isOfSequences ? OracleJournal.Make(random, random.Next(40, 150), 1) : OracleJournal.Make(random, random.Next(5, 90), random.Next(1, Devices)));
    }

    /// <summary>The same devices in one order or another: indexes are not identities.</summary>
    /// <returns>The register, and for each logical device its index in it.</returns>
    public static (DeviceRegister Register, int[] Index) MakeRegister(bool isReversed)
    {
        var register = new DeviceRegister(Catalog.Default);
        var index = new int[Devices];
        for (var i = 0; i < Devices; i++)
        {
            var device = isReversed ? Devices - 1 - i : i;
            index[device] = register.Register(new DeviceRecord
            {
                Device = device is 4 or 5 ? $"g{device}" : $"d{device}", Kind = device is 4 or 5 ? GatewayKind : device == 6 ? 1 : 0,
                Gateways = device switch { 0 => ["g4"], 1 => ["g4", "g5"], 2 => ["g5"], 3 => ["g5", "g9"], 6 => ["g4"], _ => [] },
                IsUnregistered = device == 3,
                Territory = device switch { 0 or 1 => "d1/s1/c1/g1/b7", 2 => "d1/s1/c1/g2", 6 => "d1/s1/c1", _ => "" },
                SetPoints = device == 1 ? new Dictionary<string, double> { ["limit"] = 3 } : new Dictionary<string, double>(),
            });
        }

        return (register, index);
    }

    public override string ToString() => string.Join('\n',
    [
        string.Create(CultureInfo.InvariantCulture, $"seed {Seed}, {Options}"),
        .. Rules.Rules.SelectMany(r => r.Parts.Select(p => "    " + Show(p)).Prepend($"  {r.Combination} within {r.WithinMicros / 1e6} {Show(r)}")),
        .. Journal.Select((r, i) => "  " + Show(r, i)),
    ]);

    internal static string Show(Reading r, int i) => string.Create(CultureInfo.InvariantCulture,
        $"[{i}] at {(r.ReceiveTimeMicros - Scenario.Epoch) / 1e6} {(r.IsTick ? "tick" : $"d{r.Device}.{r.Quantity} = {r.Value} from {(r.EventTimeMicros - Scenario.Epoch) / 1e6}")}");

    internal static string Show(Rule r) => string.Create(CultureInfo.InvariantCulture,
        $"{r.Id}: kind {r.Kind} quantity {(r.AnyQuantity ? "any" : r.Quantity)} {r.When()}{(r.IsLatched ? " latched" : "")} hold {r.HoldMicros / 1e6} during {r.During} deadband {r.Deadband} clear {r.ClearHoldMicros / 1e6} {string.Join(", ", r.Bands.Select(b => $"{b.Severity} {b.Comparison} {b.Threshold} {b.SetPoint}"))}");

    internal static T Pick<T>(Random random, params ReadOnlySpan<T> from) => from[random.Next(from.Length)];

    /// <summary>One with bands over one series of the kind that most devices are of.</summary>
    internal static Rule MakeBandRule(Random random)
    {
        var rule = MakeSimpleRule(random, 0);
        while (rule.Function is WindowFunction.Absent or WindowFunction.Votes)
        {
            rule = MakeSimpleRule(random, 0);
        }

        return rule with { Kind = 0 };
    }

    private static Rule MakeRule(Random random, int number)
    {
        var rule = MakeSimpleRule(random, number);
        if (rule.Function is WindowFunction.Absent or WindowFunction.Stuck or WindowFunction.Votes || random.Next(2) != 0)
        {
            return rule;
        }

        // Parts agree in their severities alone.
        var parts = Enumerable.Range(0, random.Next(1, 3)).Select(_ => MakeSimpleRule(random, number)).Select(part => part with
        {
            Kind = rule.Kind, Quantity = rule.Kind == GatewayKind ? 0 : random.Next(3), AnyQuantity = false,
            Function = part.Function is WindowFunction.Absent or WindowFunction.Stuck or WindowFunction.Votes || (part.Function == WindowFunction.Code && rule.Bands.Count > 1)
                ? WindowFunction.Last : part.Function,
            Bands = [.. rule.Bands.Select((b, i) => part.Bands[i % part.Bands.Count] with { Severity = b.Severity })],
        }).Prepend(rule).Select(p => p with { HoldMicros = 0, ClearHoldMicros = 0, During = null, IsLatched = false });
        return random.Next(5) < 3
            ? rule with { Combination = Pick(random, Combination.All, Combination.Any), Parts = [.. parts] }
            : MakeSequence(random, rule, [.. parts.Take(2)]);
    }

    private static Rule MakeSequence(Random random, int number)
    {
        var rule = MakeSimpleRule(random, number) with { Kind = 0, AnyQuantity = false };
        return MakeSequence(random, rule, [.. Enumerable.Range(0, 2).Select(_ => MakeSimpleRule(random, number)).Select(part => part with
        {
            Id = rule.Id, Kind = 0, Quantity = random.Next(3), AnyQuantity = false, HoldMicros = 0, ClearHoldMicros = 0, During = null, IsLatched = false, Place = Place.None,
            Function = part.Function is WindowFunction.Absent or WindowFunction.Stuck or WindowFunction.Votes ? WindowFunction.Last : part.Function,
            Bands = [part.Bands[0] with { Severity = rule.Bands[0].Severity }],
        })]);
    }

    /// <summary>Mostly over the quantities that are read most and by functions that change most: else little would become true after something else.</summary>
    private static Rule MakeSequence(Random random, Rule rule, Rule[] parts)
    {
        var combination = Pick(random, Combination.Then, Combination.ThenNot);
        var within = Pick<long>(random, 500_000, 2_000_000, 5_000_000, 12_000_000, 60_000_000);
        parts = [.. parts.Select(p => p with
        {
            Quantity = random.Next(3) == 0 ? p.Quantity : 0, Bands = [p.Bands[0]], Function = random.Next(3) == 0 ? p.Function : WindowFunction.Last,
        })];
        return parts[0] with
        {
            Combination = combination, Parts = parts, WithinMicros = within, During = rule.During, ClearHoldMicros = rule.ClearHoldMicros, IsLatched = rule.IsLatched,
            HoldMicros = combination == Combination.ThenNot ? within : rule.HoldMicros,
        };
    }

    private static Rule MakeSimpleRule(Random random, int number)
    {
        var function = Pick(random, Enum.GetValues<WindowFunction>());
        function = random.Next(4) == 0 ? WindowFunction.Absent : random.Next(12) == 0 ? WindowFunction.Votes : function;
        var kind = random.Next(8) == 0 ? GatewayKind : random.Next(8) == 0 ? 1 : 0;
        var isAny = function == WindowFunction.Absent && random.Next(2) == 0;
        var isUp = random.Next(2) == 0;
        var isSorted = random.Next(4) != 0;
        Severity[] severities = random.Next(6) == 0 ? [Severity.Fault, Severity.Red, Severity.Yellow, Severity.Green] : [Severity.Red, Severity.Yellow, Severity.Green];
        severities = [.. severities.Where(_ => random.Next(3) != 0)];
        var hasOneBand = function is WindowFunction.Absent or WindowFunction.Code or WindowFunction.Stuck;
        severities = severities.Length == 0 || hasOneBand ? [Severity.Fault] : severities;
        var thresholds = severities.Select(_ => random.Next(-1, 9) * 1.0).Order().ToArray();
        if (isSorted && isUp)
        {
            Array.Reverse(thresholds);
        }

        return new Rule
        {
            Id = $"r{number}", Version = "00000001", TitleZh = "", TitleEn = "", Basis = "site", Kind = kind,
            Quantity = isAny || kind == GatewayKind ? 0 : random.Next(2), AnyQuantity = isAny, Function = function,
            Times = function == WindowFunction.Times ? random.Next(1, 4) : function == WindowFunction.Votes ? Pick(random, 2, 2, 3) : 0,
            Place = function == WindowFunction.Votes ? Pick(random, Place.Grid, Place.Grid, Place.Community, Place.District) : Place.None,
            Share = function == WindowFunction.Quantile ? Pick(random, 0, 0.25, 0.5, 0.9, 1) : 0,
            During = function != WindowFunction.Absent && random.Next(4) == 0 ? MakeSchedule(random) : null,
            IsLatched = function != WindowFunction.Absent && random.Next(6) == 0,
            Codes = function != WindowFunction.Code ? [] : Pick<CodeRange[]>(random, [new(0, 0), new(5, 7)], [new(3, 3)], [new(2, 4), new(8, 10)]),
            WindowMicros = function is WindowFunction.Code or WindowFunction.Stuck ? 0
                : function == WindowFunction.Last ? Pick<long>(random, 0, 0, 3_000_000) : Pick<long>(random, 1_000_000, 2_000_000, 5_000_000, 10_000_000),
            HoldMicros = Pick<long>(random, 0, 0, 1_000_000, 2_500_000, 6_000_000),
            ClearHoldMicros = Pick<long>(random, 0, 0, 1_000_000, 2_500_000, 6_000_000),
            Deadband = Pick<double>(random, 0, 0, 1, 2),
            Bands = [.. severities.Select((s, i) => new Band(
                s, random.Next(9) == 0 ? Comparison.Equal : isUp ? Pick(random, Comparison.Above, Comparison.AtOrAbove) : Pick(random, Comparison.Below, Comparison.AtOrBelow),
                thresholds[i], random.Next(5) == 0 ? "limit" : null))],
        };
    }

    /// <summary>Some of the minutes around the journal's beginning, which is a Thursday at 08:53:20 UTC.</summary>
    private static Schedule MakeSchedule(Random random)
    {
        var (zone, hour) = Pick(random, ("UTC+8", 16), ("Asia/Shanghai", 16), ("America/New_York", 4));
        var first = (((3 * 24) + hour) * 60) + 53 - random.Next(2);
        return new Schedule(zone, [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => new WeekRange(first + (2 * i), first + (2 * i) + 1))]);
    }
}
