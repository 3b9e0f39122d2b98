using System.Runtime.InteropServices;

namespace PingAnIoT.Simulators;

/// <summary>What alerts were seen, as episodes.</summary>
/// <param name="Episodes">In order of their raise.</param>
/// <param name="DoubledEvents">Events that came again with the same alert and sequence.</param>
/// <param name="DoubledAlerts">Alerts that were raised while another alert of the same rule and device (or place) was open.</param>
public sealed record SeenEpisodes(IReadOnlyList<AlertEpisode> Episodes, long DoubledEvents, long DoubledAlerts);

/// <summary>Folds what an officer saw into episodes. The order is that of the ledger's sequence, however the stream delivered it.</summary>
public static class EpisodeFold
{
    public static SeenEpisodes Of(IEnumerable<AlertSeen> alerts)
    {
        var sorted = alerts.ToArray();
        Array.Sort(sorted, Compare);
        var episodes = new List<AlertEpisode>();
        var current = new Dictionary<string, AlertEpisode>(StringComparer.Ordinal);
        var open = new Dictionary<(string Rule, Subject Subject), int>();
        long doubledEvents = 0, doubledAlerts = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var seen = sorted[i];
            if (i > 0 && sorted[i - 1].Sequence == seen.Sequence && sorted[i - 1].AlertId == seen.AlertId)
            {
                doubledEvents++;
                continue;
            }

            current.TryGetValue(seen.AlertId, out var episode);
            if ((episode?.Now ?? AlertClass.None) == seen.Class)
            {
                continue; // a work step, or a repeat of what is known
            }

            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(open, (seen.RuleId, Subject.Of(seen)), out _);
            if (episode is null)
            {
                doubledAlerts += count++ > 0 ? 1 : 0;
            }
            else if (seen.Class == AlertClass.None)
            {
                count--;
            }

            if (episode is not null && seen.Class != AlertClass.None && episode.IsFault == (seen.Class == AlertClass.Fault))
            {
                episode.Add(seen);
                continue;
            }

            if (episode is not null)
            {
                episode.UntilSeconds = seen.EventSeconds;
                current.Remove(seen.AlertId);
            }

            if (seen.Class != AlertClass.None)
            {
                episodes.Add(current[seen.AlertId] = new AlertEpisode(seen));
            }
        }

        return new SeenEpisodes(episodes, doubledEvents, doubledAlerts);
    }

    private static int Compare(AlertSeen a, AlertSeen b)
    {
        var order = a.Sequence.CompareTo(b.Sequence);
        order = order != 0 ? order : string.CompareOrdinal(a.AlertId, b.AlertId);
        return order != 0 ? order : a.SeenSeconds.CompareTo(b.SeenSeconds);
    }
}
