using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// What an officer was not sent one by one: how many alerts of which colour in which place had news. Nothing of it is lost: each of them is listed by
/// the filter that its group carries. Bounded by the entries it counts. Threading: one stream's own flow.
/// </summary>
internal sealed class StreamTally(Officer officer)
{
    /// <summary>Most entries in one summary.</summary>
    public const int MostEntries = 10_000;

    /// <summary>The most that a client may let wait before what is not red is counted.</summary>
    public const int MostBehind = 4_096;

    /// <summary>Most groups in one summary; where there are more, they are of wider places.</summary>
    public const int MostGroups = 100;
    private readonly Dictionary<string, (string Territory, Severity Peak, int Events)> alerts = new(StringComparer.Ordinal);
    private long after;
    private long upTo;
    private long sinceMicros;
    private long untilMicros;
    private int events;

    public bool IsEmpty => alerts.Count == 0;

    public bool IsFull => events >= MostEntries;

    /// <summary>It goes on to here, whatever comes meanwhile.</summary>
    public long Target { get; private set; }

    /// <param name="cursor">What was sent before it.</param>
    /// <param name="target">What waits now.</param>
    public void Begin(long cursor, long target) => (after, upTo, Target) = (cursor, cursor, target);

    public void Clear()
    {
        alerts.Clear();
        (after, upTo, Target, events, sinceMicros, untilMicros) = (0, 0, 0, 0, 0, 0);
    }

    /// <param name="alert">As it is now.</param>
    /// <param name="sequence">Of the entry that is counted; 0 in an open book.</param>
    /// <param name="timeMicros">When it was written.</param>
    public void Count(Alert alert, long sequence, long timeMicros) => Count(alert.Id, alert.Territory, alert.PeakColour, sequence, timeMicros);

    /// <param name="alert">Of an open book.</param>
    public void Count(PackedAlert alert) => Count(alert.Id, alert.Territory, alert.PeakColour, 0, alert.RaisedAtMicros);

    private void Count(string id, string territory, Severity peak, long sequence, long timeMicros)
    {
        var before = alerts.GetValueOrDefault(id);
        alerts[id] = (territory, peak, before.Events + 1);
        sinceMicros = events == 0 ? timeMicros : Math.Min(sinceMicros, timeMicros);
        untilMicros = Math.Max(untilMicros, timeMicros);
        events++;
        Pass(sequence);
    }

    /// <summary>An entry that is not for this officer.</summary>
    public void Pass(long sequence) => upTo = Math.Max(upTo, sequence);

    public V1.AlertSummary Summary()
    {
        var depth = Math.Max(2, PlaceText.Depth(officer.Territory) + 1);
        var groups = Groups(depth);
        while (groups.Count > MostGroups && depth > 0)
        {
            groups = Groups(--depth);
        }

        var wire = new V1.AlertSummary
        {
            AfterSequence = after, UpToSequence = upTo, Alerts = alerts.Count, Events = events, Since = WireTime.Of(sinceMicros), Until = WireTime.Of(untilMicros),
        };
        wire.Groups.AddRange(groups.OrderByDescending(g => Colours.Rank(g.Key.Peak)).ThenByDescending(g => g.Value.Alerts).ThenBy(g => g.Key.Place, StringComparer.Ordinal)
            .Select(g => new V1.SummaryGroup
            {
                Territory = g.Key.Place, PeakSeverity = WireNames.Of(g.Key.Peak), Alerts = g.Value.Alerts, Events = g.Value.Events,
                Filter = new V1.ListRequest
                {
                    Territory = g.Key.Place, PeakSeverity = WireNames.Of(g.Key.Peak), IncludeClosed = upTo > 0, ChangedAfter = after,
                },
            }));
        return wire;
    }

    private Dictionary<(string Place, Severity Peak), (int Alerts, int Events)> Groups(int depth)
    {
        var groups = new Dictionary<(string, Severity), (int Alerts, int Events)>();
        foreach (var (territory, peak, news) in alerts.Values)
        {
            var key = (PlaceText.Cut(territory, depth), peak);
            var (count, all) = groups.GetValueOrDefault(key);
            groups[key] = (count + 1, all + news);
        }

        return groups;
    }
}
