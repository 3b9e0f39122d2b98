using System.Globalization;

namespace PingAnIoT.Rules.Tests;

/// <summary>T-13: each of nine links that the engine can see go dark is told within 1.5 times its interval and a second, alone and in pairs, over a restart too.</summary>
public sealed class DarkLinkTests
{
    private const long Second = 1_000_000;
    private const int Interval = 60;
    private const int CutSecond = 200;
    private const int MendSecond = 500;
    private const int EndSecond = 700;

    // Silence is that of 1.5 intervals; a gateway's loss is told by the intake, which counts its own 1.5 keep-alives.
    private static readonly Rule[] Rules =
    [
        Scenario.Absent("silent", "90s"),
        Scenario.Absent("no-methane", "90s", anyQuantity: false, quantity: "methane"),

        // It takes a second reading to see that the first has not changed.
        Scenario.Rule("stuck", WindowFunction.Stuck, "0s", hold: "28s", bands: [new Band(Severity.Fault, Comparison.Equal, 0, null)]),
        Scenario.Rule("lost", bands: [new Band(Severity.Fault, Comparison.Equal, 0, null)]) with { Kind = Catalog.Default.FindKind(Catalog.GatewayKind), Quantity = 0 },
    ];

    /// <param name="Name">What is cut.</param>
    /// <param name="Told">Rule and device of what must be told of it.</param>
    /// <param name="Behind">The links that hide it while they are cut themselves: they are told in its stead.</param>
    private sealed record Link(string Name, string Told, params string[] Behind);

    private static readonly Link[] Links =
    [
        new("device", "silent p1", "gateway"),
        new("one quantity of a device", "no-methane p2", "gateway"),
        new("frozen sensor", "stuck p3", "gateway"),
        new("gateway", "lost gw1"),
        new("another gateway", "lost gw2"),
        new("device of two gateways", "silent p4", "gateway+another gateway"),
        new("device of the other gateway", "silent p5", "another gateway"),
        new("device that never reports", "silent p6", "another gateway"),
        new("device that nobody registered", "silent p7", "another gateway"),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T_13_No_link_goes_dark_unannounced(bool withRestart)
    {
        var failures = new List<string>();
        var cases = 0;
        for (var one = 0; one < Links.Length; one++)
        {
            for (var other = one; other < Links.Length; other++)
            {
                cases++;
                failures.AddRange(Judge(new HashSet<string> { Links[one].Name, Links[other].Name }, withRestart)
                    .Select(f => $"{Links[one].Name} and {Links[other].Name} cut: {f}"));
            }
        }

        cases.Should().Be(45);
        Threat.Report("T-13", cases, failures, withRestart ? "links of the engine, a restart while they are dark" : "links of the engine");
    }

    private static IEnumerable<string> Judge(HashSet<string> cut, bool withRestart)
    {
        var transitions = new Plant(cut, withRestart).Run();
        foreach (var link in Links)
        {
            var said = transitions.Where(t => $"{t.RuleId} {t.Device.Device}" == link.Told).ToList();
            var raised = said.Find(t => t.Change == TransitionChange.Raised);
            var isHidden = link.Behind.Any(b => b.Split('+').All(cut.Contains));
            if (!cut.Contains(link.Name))
            {
                if (raised is not null)
                {
                    yield return $"{link.Told} told of what was not cut, at {Show(raised)}";
                }
            }
            else if (raised is null ? !isHidden : raised.ReceiveTimeMicros > Scenario.Epoch + (Limit(link) * Second))
            {
                yield return $"{link.Told} told {(raised is null ? "never" : $"at {Show(raised)}")}, expected by {Limit(link)} s";
            }
            else if (said.LastOrDefault() is { To: not Severity.Normal })
            {
                yield return $"{link.Told} still said at the end, though it is mended";
            }
        }
    }

    /// <summary>Who never reports is missed from the first tick on; nobody else was heard after the cut by more than an interval.</summary>
    private static long Limit(Link link) => link.Name == "device that never reports" ? (Interval * 3 / 2) + 1 : CutSecond + (Interval * 3 / 2) + 1;

    private static string Show(Transition t) => ((t.ReceiveTimeMicros - Scenario.Epoch) / 1e6).ToString(CultureInfo.InvariantCulture) + " s";

    private sealed class Plant
    {
        private readonly List<Transition> emitted = [];
        private readonly HashSet<string> cut;
        private readonly bool withRestart;
        private readonly DeviceRegister register = new(Catalog.Default);
        private readonly int[] devices;
        private readonly int[] gateways;
        private Engine engine;

        public Plant(HashSet<string> cut, bool withRestart)
        {
            (this.cut, this.withRestart) = (cut, withRestart);
            var kind = Catalog.Default.FindKind(Catalog.GatewayKind);
            gateways = [.. new[] { "gw1", "gw2" }.Select(g => register.Register(new DeviceRecord { Device = g, Kind = kind }))];
            devices =
            [
                .. Enumerable.Range(1, 7).Select(i => register.Register(new DeviceRecord
                {
                    Device = $"p{i}", Kind = 0, Gateways = i <= 3 ? ["gw1"] : i == 4 ? ["gw1", "gw2"] : ["gw2"], IsUnregistered = i == 7,
                })),
            ];
            engine = new Engine(register, new RuleSet(Rules), new EngineOptions(), emitted.Add);
        }

        public List<Transition> Run()
        {
            for (var second = 0; second < EndSecond; second++)
            {
                var now = Scenario.Epoch + (second * Second);
                if (withRestart && second == CutSecond + 20)
                {
                    Restart();
                }

                if (second is 0 or CutSecond or MendSecond)
                {
                    Report(0, second, "gateway", now);
                    Report(1, second, "another gateway", now);
                }

                engine.Apply([Reading.Tick(now)], 0);

                // The last one before the cut was heard just then.
                for (var i = 0; i < devices.Length && second % Interval == CutSecond % Interval; i++)
                {
                    Send(i, second, now);
                }
            }

            return emitted;
        }

        private void Report(int gateway, int second, string link, long now) => engine.Apply(
            [new Reading(gateways[gateway], 0, ReadingFlags.None, now, now, second == CutSecond && cut.Contains(link) ? 0 : 1)], 0);

        private void Send(int i, int second, long now)
        {
            var isDark = second is > CutSecond and < MendSecond;
            bool Is(string link) => isDark && cut.Contains(link);
            var isLost = i switch
            {
                0 => Is("device"), 3 => Is("device of two gateways"), 4 => Is("device of the other gateway"),
                5 => cut.Contains("device that never reports") && second < MendSecond, 6 => Is("device that nobody registered"), _ => false,
            };
            var isBehind = i <= 2 ? Is("gateway") : i == 3 ? Is("gateway") && Is("another gateway") : Is("another gateway");
            if (isLost || isBehind)
            {
                return;
            }

            var value = i == 2 && Is("frozen sensor") ? CutSecond : second;
            engine.Apply([new Reading(devices[i], 0, ReadingFlags.None, now, now, value)], 0);
            if (!(i == 1 && Is("one quantity of a device")))
            {
                engine.Apply([new Reading(devices[i], 1, ReadingFlags.None, now, now, second % 7)], 0);
            }
        }

        private void Restart()
        {
            using var stream = new MemoryStream();
            engine.Save(stream);
            stream.Position = 0;
            engine = new Engine(register, new RuleSet(Rules), new EngineOptions(), emitted.Add);
            engine.Restore(stream);
        }
    }
}
