using System.Globalization;
using System.Text;

namespace PingAnIoT.Rules.Tests;

/// <summary>
/// A timeline as text, run through the engine line by line. What a line brings about stands behind its arrow; a line without one brings nothing.
/// <code>
/// at 10s p1 460                    a pressure of p1, measured and received at 10 s
/// at 12s p1.methane 3 from 11s     measured at 11 s, received at 12 s
/// at 12s tick
/// to 60s                           a tick every second up to 60 s
/// at 60s gateway gw1 off
/// at 60s reset p1                  its pressure, by hand
/// restart                          saved, thrown away, restored
/// at 70s p1 460 -> p1.pressure red @70s, p1.methane normal @70s
/// </code>
/// </summary>
internal sealed class Scenario
{
    /// <summary>2025-10-09, so that nothing passes by being near 0.</summary>
    public const long Epoch = 1_760_000_000_000_000;

    private readonly EngineOptions options;
    private readonly List<Transition> emitted = [];
    private RuleSet rules;
    private Engine engine;
    private long lastTick = -1;

    public Scenario(EngineOptions options, params Rule[] rules)
    {
        this.options = options;
        this.rules = new RuleSet(rules);
        Register = new DeviceRegister(Catalog.Default);
        foreach (var name in new[] { "p1", "p2", "p3" })
        {
            Register.Register(new DeviceRecord
            {
                Device = name, Kind = 0, Gateways = [name == "p3" ? "gw2" : "gw1"],
                SetPoints = name == "p2" ? new Dictionary<string, double> { ["limit"] = 1000 } : new Dictionary<string, double>(),
            });
        }

        foreach (var name in new[] { "gw1", "gw2" })
        {
            Register.Register(new DeviceRecord { Device = name, Kind = Catalog.Default.FindKind(Catalog.GatewayKind) });
        }

        engine = new Engine(Register, this.rules, options, emitted.Add);
    }

    public Scenario(params Rule[] rules)
        : this(new EngineOptions(), rules)
    {
    }

    public DeviceRegister Register { get; }

    public Engine Engine => engine;

    public List<Transition> Transitions { get; } = [];

    /// <summary>A rule about gas pipes' pressure, by default red above 90 at once.</summary>
    public static Rule Rule(
        string id = "high", WindowFunction function = WindowFunction.Last, string window = "0s", string hold = "0s", double deadband = 0,
        string clear = "0s", string quantity = "pressure", Band[]? bands = null, bool anyQuantity = false) => new()
    {
        Id = id, Version = "00000001", TitleZh = "试", TitleEn = "Test", Kind = 0, Function = function, WindowMicros = Micros(window),
        Quantity = Catalog.Default.Kinds[0].FindQuantity(Encoding.UTF8.GetBytes(quantity)), AnyQuantity = anyQuantity,
        Bands = bands ?? [new Band(Severity.Red, Comparison.Above, 90, null)], HoldMicros = Micros(hold), Deadband = deadband,
        ClearHoldMicros = Micros(clear), Basis = "site",
    };

    /// <summary>Over pressure above 70 and methane above 60.</summary>
    public static Rule Combined(string id, Combination combination)
    {
        Rule[] parts =
        [
            Rule("", bands: [new Band(Severity.Red, Comparison.Above, 70, null)]),
            Rule("", quantity: "methane", bands: [new Band(Severity.Red, Comparison.Above, 60, null)]),
        ];
        return parts[0] with { Id = id, Combination = combination, Parts = parts };
    }

    public static Rule Absent(string id, string silence, bool anyQuantity = true, string quantity = "pressure") => Rule(
        id, WindowFunction.Absent, silence, quantity: quantity, anyQuantity: anyQuantity, bands: [new Band(Severity.Fault, Comparison.Equal, 0, null)]);

    public static long Micros(string text) => text.EndsWith("ms", StringComparison.Ordinal)
        ? (long)(double.Parse(text[..^2], CultureInfo.InvariantCulture) * 1e3)
        : (long)(double.Parse(text[..^1], CultureInfo.InvariantCulture) * (text[^1] switch { 's' => 1e6, 'm' => 6e7, _ => 3.6e9 }));

    public Scenario Run(string text)
    {
        foreach (var line in text.Split('\n').Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0))
        {
            var halves = line.Split("->");
            emitted.Clear();
            Do(halves[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            var expected = halves.Length < 2 ? "" : string.Join(", ", halves[1].Split(',').Select(e => e.Trim()));
            string.Join(", ", emitted.Select(Show)).Should().Be(expected, "that is what the line says: {0}", line);
            Transitions.AddRange(emitted);
        }

        return this;
    }

    public void Restart(DeviceRegister? register = null)
    {
        using var stream = new MemoryStream();
        engine.Save(stream);
        stream.Position = 0;
        engine = new Engine(register ?? Register, rules, options, emitted.Add);
        engine.Restore(stream);
    }

    /// <summary>The register calls it retired, and the journal too; what that brings about.</summary>
    public IReadOnlyList<string> Retire(string name, double atSeconds)
    {
        emitted.Clear();
        var device = Register.Find(0, Encoding.UTF8.GetBytes(name));
        Register.Register(Register[device] with { IsRetired = true });
        engine.Retire(device, Epoch + (long)(atSeconds * 1e6), 7);
        Transitions.AddRange(emitted);
        return [.. emitted.Select(Show)];
    }

    public IReadOnlyList<ReloadNote> Replace(params Rule[] next)
    {
        emitted.Clear();
        rules = new RuleSet(next);
        var notes = engine.Replace(rules);
        Transitions.AddRange(emitted);
        return notes;
    }

    public static string Show(Transition t)
    {
        var time = ((t.EventTimeMicros - Epoch) / 1e6).ToString("0.######", CultureInfo.InvariantCulture);
        var parts = t.Series.Split('/');
        return $"{parts[1]}.{parts[2]} {t.To.ToString().ToLowerInvariant()} @{time}s";
    }

    private void Do(string[] words)
    {
        if (words[0] == "restart")
        {
            Restart();
            return;
        }

        var at = Micros(words[1]);
        if (words[0] == "to")
        {
            for (var t = lastTick < 0 ? 0 : lastTick + 1_000_000; t <= at; t += 1_000_000)
            {
                Apply(Reading.Tick(Epoch + t));
                lastTick = t;
            }
        }
        else if (words[2] == "tick")
        {
            Apply(Reading.Tick(Epoch + at));
            lastTick = at;
        }
        else if (words[2] == "reset")
        {
            Apply(Reading.Reset(Register.Find(0, Encoding.UTF8.GetBytes(words[3])), 0, Epoch + at));
        }
        else if (words[2] == "gateway")
        {
            var gateway = Register.Find(Catalog.Default.FindKind(Catalog.GatewayKind), Encoding.UTF8.GetBytes(words[3]));
            Apply(new Reading(gateway, 0, ReadingFlags.None, Epoch + at, Epoch + at, words[4] == "on" ? 1 : 0));
        }
        else
        {
            var name = words[2].Split('.');
            var from = words.Length > 5 ? Micros(words[5]) : at;
            Apply(new Reading(
                Register.Find(0, Encoding.UTF8.GetBytes(name[0])), (ushort)Catalog.Default.Kinds[0].FindQuantity(Encoding.UTF8.GetBytes(name.Length > 1 ? name[1] : "pressure")),
                ReadingFlags.None, Epoch + from, Epoch + at, double.Parse(words[3], CultureInfo.InvariantCulture)));
        }
    }

    private void Apply(Reading reading) => engine.Apply([reading], 7);
}
