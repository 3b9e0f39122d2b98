using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>One officer in place of another for a time: an override, or half of a swap.</summary>
public sealed record DutyChange
{
    /// <summary>The entry that made it. Later ones stand on what earlier ones left.</summary>
    public required long Id { get; init; }

    public required string Territory { get; init; }

    public required OfficerRoles Role { get; init; }

    public required long FromMicros { get; init; }

    public required long ToMicros { get; init; }

    /// <summary>Who is not there; "" where somebody is only added.</summary>
    public string Absent { get; init; } = "";

    /// <summary>Who is there instead; "" for nobody.</summary>
    public string Instead { get; init; } = "";

    public string Reason { get; init; } = "";

    /// <summary>The swap it comes of; null for an override.</summary>
    public long? Swap { get; init; }
}

/// <summary>A territory and a role, with all that was said of who fills it. Immutable.</summary>
/// <param name="Rosters">By the time from which they are in force.</param>
/// <param name="Changes">By <see cref="DutyChange.Id"/>.</param>
public sealed record DutyPost(ImmutableList<RosterRecord> Rosters, ImmutableList<DutyChange> Changes)
{
    private const int KeptRosters = 8;
    private const long KeptMicros = 62L * 24 * 3600 * 1_000_000;

    public static DutyPost Empty { get; } = new([], []);

    /// <summary>Who is in it at all, at whatever time; some more than once.</summary>
    public IEnumerable<string> Named => Rosters.SelectMany(r => r.Teams).SelectMany(t => t).Concat(Changes.Select(c => c.Instead));

    /// <summary>Null where none was in force yet.</summary>
    public RosterRecord? RosterAt(long micros) => Rosters.FindLast(r => r.FromMicros <= micros);

    /// <summary>From its time on this one and no other; the few before it are kept for questions about the past.</summary>
    public DutyPost With(RosterRecord roster)
    {
        var before = Rosters.RemoveAll(r => r.FromMicros >= roster.FromMicros);
        return this with { Rosters = before.RemoveRange(0, Math.Max(0, before.Count + 1 - KeptRosters)).Add(roster) };
    }

    /// <summary>What is long over is forgotten.</summary>
    public DutyPost With(DutyChange change, long nowMicros) =>
        this with { Changes = Changes.RemoveAll(c => c.ToMicros < nowMicros - KeptMicros).Add(change) };
}
