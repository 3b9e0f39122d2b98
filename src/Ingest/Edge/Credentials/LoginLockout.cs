using System.Net;

namespace PingAnIoT.Ingest;

/// <summary>
/// Failed logins per (address, account) and per address. After a few, further tries are refused unheard for a time that doubles.
/// Bounded: the entry untouched for longest makes room. Threading: any thread, one short lock.
/// </summary>
internal sealed class LoginLockout(TimeProvider time)
{
    public const int FailuresAllowed = 5;
    public const int FailuresAllowedPerAddress = 20;
    private const int CapacityEntries = 10_000;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Forgiven = TimeSpan.FromMinutes(15);
    private readonly Lock gate = new();
    private readonly Dictionary<(IPAddress Address, string? Account), LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> byUse = new();

    public bool IsLocked(IPAddress? address, string account) => IsLocked((ConnectionGuard.Key(address), account));

    public bool IsLocked(IPAddress? address) => IsLocked((ConnectionGuard.Key(address), null));

    public void Succeeded(IPAddress? address, string account)
    {
        lock (gate)
        {
            if (entries.Remove((ConnectionGuard.Key(address), account), out var node))
            {
                byUse.Remove(node);
            }
        }
    }

    /// <returns>How long it is locked out from now on, zero when not yet, and the failures so far.</returns>
    public (TimeSpan Span, int Failures) Failed(IPAddress? address, string account)
    {
        var key = ConnectionGuard.Key(address);
        lock (gate)
        {
            Fail((key, null), FailuresAllowedPerAddress);
            return Fail((key, account), FailuresAllowed);
        }
    }

    private bool IsLocked((IPAddress, string?) key)
    {
        lock (gate)
        {
            return entries.TryGetValue(key, out var node) && time.GetTimestamp() < node.Value.LockedUntil;
        }
    }

    private (TimeSpan Span, int Failures) Fail((IPAddress, string?) key, int allowed)
    {
        var now = time.GetTimestamp();
        if (entries.Remove(key, out var node))
        {
            byUse.Remove(node);
            if (time.GetElapsedTime(node.Value.FailedAt, now) > Forgiven)
            {
                node = null;
            }
        }

        node ??= new LinkedListNode<Entry>(new Entry(key));
        var entry = node.Value;
        entry.Failures++;
        entry.FailedAt = now;
        var span = TimeSpan.Zero;
        if (entry.Failures >= allowed)
        {
            span = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, Math.Min(entry.Failures - allowed, 20))));
            entry.LockedUntil = now + (long)(span.TotalSeconds * time.TimestampFrequency);
        }

        if (entries.Count >= CapacityEntries)
        {
            entries.Remove(byUse.First!.Value.Key);
            byUse.RemoveFirst();
        }

        entries.Add(key, node);
        byUse.AddLast(node);
        return (span, entry.Failures);
    }

    private sealed class Entry((IPAddress, string?) key)
    {
        public (IPAddress, string?) Key { get; } = key;

        public int Failures { get; set; }

        public long FailedAt { get; set; }

        public long LockedUntil { get; set; }
    }
}
