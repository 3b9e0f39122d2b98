namespace PingAnIoT.Simulators;

/// <summary>Detection delays as figures.</summary>
internal static class Delays
{
    private static readonly double[] Ends = [0, 0.5, 1, 2, 3, 5, 10, 20, 50];

    public static DelayFigures Of(IEnumerable<Finding> findings)
    {
        var found = findings.Where(f => f.IsFound).ToList();
        var seconds = found.Select(f => f.DelaySeconds).Order().ToArray();
        var intervals = found.Select(f => f.DelayIntervals).Order().ToArray();
        return new DelayFigures(
            found.Count, Rank(seconds, 0.5), Rank(seconds, 0.9), Rank(seconds, 1), Rank(intervals, 0.5), Rank(intervals, 0.9), Rank(intervals, 1));
    }

    public static IReadOnlyList<DelayBucket> Buckets(IEnumerable<Finding> findings)
    {
        var counts = new long[Ends.Length + 1];
        foreach (var finding in findings)
        {
            if (finding.IsFound)
            {
                var at = Array.FindIndex(Ends, end => finding.DelayIntervals <= end);
                counts[at < 0 ? Ends.Length : at]++;
            }
        }

        return [.. counts.Select((count, i) => new DelayBucket(i < Ends.Length ? Ends[i] : null, count))];
    }

    /// <summary>Nearest rank: the smallest value that so many are not above; null of none.</summary>
    private static double? Rank(double[] sorted, double share) =>
        sorted.Length == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
