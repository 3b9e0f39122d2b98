namespace PingAnIoT.Alerts;

/// <summary>Which series chatter under which rule: three raises within a minute. What it holds is what came in the last minute.</summary>
internal sealed class ChatterWatch
{
    public const int Times = 3;
    public const long WithinMicros = 60L * 1_000_000;

    private readonly Dictionary<(string Rule, string Series), long[]> newest = [];
    private int sweepAt = 1_024;

    /// <summary>Raises in order of time.</summary>
    /// <returns>True when this one and the two before it came within a minute.</returns>
    public bool Add(string rule, string series, long micros)
    {
        if (newest.Count >= sweepAt)
        {
            foreach (var (old, _) in newest.Where(n => n.Value[^1] < micros - WithinMicros).ToList())
            {
                newest.Remove(old);
            }

            sweepAt = Math.Max(1_024, 2 * newest.Count);
        }

        var times = newest.GetValueOrDefault((rule, series));
        times = newest[(rule, series)] = times is null ? [micros] : [.. times.TakeLast(Times - 1), micros];
        return times.Length == Times && micros - times[0] <= WithinMicros;
    }
}
