using System.Text;

namespace PingAnIoT.Rules;

/// <summary>One run of a scenario: readings as told, and a tick at every second, as the intake writes them into the journal.</summary>
internal sealed class ScenarioRun
{
    /// <summary>Any fixed moment will do: 2026-01-01T00:00:00Z.</summary>
    private const long StartMicros = 1_767_225_600L * DurationText.MicrosPerSecond;

    private const long TickMicros = DurationText.MicrosPerSecond;

    private readonly Scenario scenario;
    private readonly DeviceRegister register;
    private readonly RuleErrors failures;
    private readonly List<Transition> said = [];
    private readonly Engine? engine;
    private long nextTick = StartMicros;
    private long position;

    public ScenarioRun(Scenario scenario, RuleSet rules, Catalog catalog)
    {
        this.scenario = scenario;
        failures = new RuleErrors(scenario.File);
        register = new DeviceRegister(catalog);
        foreach (var device in scenario.Devices)
        {
            register.Register(device);
        }

        foreach (var id in scenario.RuleIds.Where(id => rules.Rules.All(r => r.Id != id)))
        {
            failures.Add(scenario.Line, 1, $"no rule {ErrorText.Quote(id)}; {ErrorText.Expected(id, rules.Rules.Select(r => r.Id))}");
        }

        if (failures.Count == 0)
        {
            var chosen = rules.Rules.Where(r => scenario.RuleIds.Count == 0 || scenario.RuleIds.Contains(r.Id)).ToList();
            engine = new Engine(register, new RuleSet(chosen), new EngineOptions(), said.Add);
        }
    }

    public IReadOnlyList<RuleFileError> Play()
    {
        foreach (var step in engine is null ? [] : scenario.Steps)
        {
            said.Clear();
            Play(step);
            Compare(step);
        }

        return failures.InOrder();
    }

    private void Play(ScenarioStep step)
    {
        if (step.Kind < 0)
        {
            TickUntil(StartMicros + step.FromMicros + 1);
            return;
        }

        var device = register.FindOrEnrol(step.Kind, Encoding.UTF8.GetBytes(step.Device), "g1");
        for (var at = StartMicros + step.FromMicros; at <= StartMicros + step.ToMicros; at += step.EveryMicros)
        {
            TickUntil(at);
            Apply(double.IsNaN(step.Value)
                ? Reading.Reset(device, step.Quantity, at)
                : new Reading(device, (ushort)step.Quantity, ReadingFlags.None, at - step.AgeMicros, at, step.Value));
        }
    }

    /// <summary>Every second before <paramref name="end"/>. A tick of the same time as a reading comes after it.</summary>
    private void TickUntil(long end)
    {
        for (; nextTick < end; nextTick += TickMicros)
        {
            Apply(Reading.Tick(nextTick));
        }
    }

    private void Apply(Reading reading) => engine!.Apply([reading], ++position);

    private void Compare(ScenarioStep step)
    {
        var matches = said.Count == step.Expected.Count;
        for (var i = 0; matches && i < said.Count; i++)
        {
            var (one, told) = (said[i], step.Expected[i]);
            matches = one.RuleId == told.RuleId && one.To == told.To && (told.AtMicros is null || StartMicros + told.AtMicros == one.EventTimeMicros);
        }

        if (!matches)
        {
            var expected = step.Expected.Select(e => Say(e.RuleId, e.To, e.AtMicros));
            var found = said.Select(t => Say(t.RuleId, t.To, t.EventTimeMicros - StartMicros));
            failures.Add(step.Line, 1, $"{scenario.Name}: found {Join(found)}; expected {Join(expected)}");
        }
    }

    private static string Join(IEnumerable<string> all) => string.Join(", ", all.DefaultIfEmpty("nothing"));

    private static string Say(string rule, Severity severity, long? at) =>
        $"{rule} {severity.ToString().ToLowerInvariant()}{(at is { } micros ? " @" + DurationText.Format(micros) : "")}";
}
