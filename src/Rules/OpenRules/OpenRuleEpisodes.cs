using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>An episode of an open rule that had not ended when the server stopped.</summary>
/// <param name="RuleId">The rule.</param>
/// <param name="Series">Its series, or of a quarantine the rule's own.</param>
/// <param name="EpisodeMicros">Its name.</param>
/// <param name="Ordinal">Of its newest transition.</param>
/// <param name="Says">What that said.</param>
/// <param name="ChangedMicros">Event time of that.</param>
public sealed record OpenEpisode(string RuleId, string Series, long EpisodeMicros, int Ordinal, Severity Says, long ChangedMicros);

/// <summary>
/// Turns what an open rule says into transitions: a repeat is none, event times never go back, and an episode begins at least 1 µs after the end
/// of the one before it. Threading: owned by its runner's thread.
/// </summary>
internal sealed class OpenRuleEpisodes(IOpenRule open, IEnumerable<OpenEpisode> unended)
{
    public const string QuarantineId = "open-rule-quarantined";
    private const int EvidenceMax = 8;
    private readonly Dictionary<string, Episode> episodes = unended.Where(e => e.RuleId == open.Id).ToDictionary(
        e => e.Series, e => new Episode(e.EpisodeMicros, e.Ordinal, e.Says, e.ChangedMicros), StringComparer.Ordinal);

    private readonly string version = Version(open);

    /// <summary>What the rule's quarantine is told of; no device can be named so.</summary>
    public static string QuarantineSeries(IOpenRule rule) => $"open-rule/{rule.Id}/running";

    /// <returns>What changed, or null where it says what it said.</returns>
    public Transition? Take(OpenFinding finding, DeviceRecord device, int quantity, long receiveMicros, long position)
    {
        var said = episodes.GetValueOrDefault(finding.Series, new Episode(0, 0, Severity.Normal, Never.Micros));
        if (said.Says == finding.Severity)
        {
            return null;
        }

        var next = said.To(finding.Severity, Micros(finding.EventTime));
        episodes[finding.Series] = next;
        return next.From(said, RuleOf(open.Id, device.Kind, quantity), device, finding.Series) with
        {
            ReceiveTimeMicros = receiveMicros, WindowValue = finding.Value, Threshold = finding.Threshold, JournalPosition = position,
            Evidence = [.. finding.Evidence.TakeLast(EvidenceMax).Select(e => new Evidence(Micros(e.EventTime), e.Value, e.Series))],
        };
    }

    /// <summary>That the rule is in quarantine, or is watching again: its silence is not to be taken for safe.</summary>
    public static Transition Quarantine(IOpenRule rule, (int Kind, int Quantity) about, OpenEpisode? unended, bool isIn, long receiveMicros, long position)
    {
        var said = unended is null ? new Episode(0, 0, Severity.Normal, Never.Micros)
            : new Episode(unended.EpisodeMicros, unended.Ordinal, unended.Says, unended.ChangedMicros);
        var of = new OpenRuleEpisodes(rule, []).RuleOf(QuarantineId, about.Kind, about.Quantity) with
        {
            TitleZh = $"开放规则已隔离：{rule.TitleZh}", TitleEn = $"Open rule quarantined: {rule.TitleEn}", Basis = "system",
        };
        return said.To(isIn ? Severity.Red : Severity.Normal, receiveMicros)
            .From(said, of, new DeviceRecord { Device = rule.Id, Kind = about.Kind }, QuarantineSeries(rule)) with
        {
            ReceiveTimeMicros = receiveMicros, JournalPosition = position,
        };
    }

    public static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Version(IOpenRule rule) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"open|{rule.Id}|{rule.Revision}|{string.Join(',', rule.Series)}")).AsSpan(0, 4));

    private Rule RuleOf(string id, int kind, int quantity) => new()
    {
        Id = id, Version = version, TitleZh = open.TitleZh, TitleEn = open.TitleEn, Basis = open.Basis, Kind = kind, Quantity = quantity,
        Function = WindowFunction.Last, WindowMicros = 0, Bands = [],
    };

    private readonly record struct Episode(long Name, int Ordinal, Severity Says, long ChangedMicros)
    {
        public Episode To(Severity says, long eventMicros)
        {
            var isRaise = Says == Severity.Normal;
            var when = ChangedMicros == Never.Micros ? eventMicros : Math.Max(eventMicros, isRaise ? ChangedMicros + 1 : ChangedMicros);
            return new Episode(isRaise ? when : Name, isRaise ? 1 : Ordinal + 1, says, when);
        }

        public Transition From(Episode before, Rule rule, DeviceRecord device, string series) => new()
        {
            Rule = rule, Device = device, Series = series, EpisodeMicros = Name, Ordinal = Ordinal, From = before.Says, To = Says,
            Change = before.Says == Severity.Normal ? TransitionChange.Raised : Says == Severity.Normal ? TransitionChange.Normal : TransitionChange.ColourChanged,
            EventTimeMicros = ChangedMicros, ReceiveTimeMicros = ChangedMicros, WindowValue = 0, Threshold = 0, Evidence = [],
        };
    }
}
