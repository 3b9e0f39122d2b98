using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>
/// All live alerts as of one ledger entry: both from the same moment, so a stream may begin with the one and go on after the other.
/// Immutable; taking one costs nothing.
/// </summary>
/// <param name="Sequence">The newest committed entry; 0 for an empty ledger.</param>
/// <param name="Alerts">By id: open ones, and those closed while still active.</param>
/// <param name="Delivered">By officer: the newest entry the officer has confirmed to have received.</param>
public sealed record BookSnapshot(long Sequence, AlertMap Alerts, ImmutableDictionary<string, long> Delivered)
{
    /// <summary>Officers, and who is on duty where and when.</summary>
    public DutyBook Duty { get; init; } = DutyBook.Empty;

    public static BookSnapshot Empty { get; } = new(0, AlertMap.Empty, ImmutableDictionary.Create<string, long>(StringComparer.Ordinal));

    /// <summary>Of the newest committed entry: 32 bytes.</summary>
    internal ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>What the alerts are packed with.</summary>
    internal WordTable? Words { get; init; }
}
