using System.Collections.Immutable;

namespace PingAnIoT.Alerts;

/// <summary>Officers, and who is on duty, as of one entry. Immutable; a fold of the entries about them.</summary>
/// <param name="Officers">By name, the disabled ones too.</param>
public sealed record DutyBook(ImmutableDictionary<string, OfficerRecord> Officers)
{
    public static DutyBook Empty { get; } = new(ImmutableDictionary.Create<string, OfficerRecord>(StringComparer.Ordinal));

    /// <summary>False when the book says something else of the officer now than when the call began.</summary>
    public bool MayStay(Officer officer) => Officers.TryGetValue(officer.Name, out var now)
        ? !now.IsDisabled && (officer.Version == 0 || officer.Version == now.Version)
        : officer.Version == 0;
}

/// <summary>What one entry makes of the book. Pure.</summary>
internal static class DutyFold
{
    /// <summary>Whether an entry is about officers and duty: no event of any alert, and never on the alerts' stream.</summary>
    public static bool Concerns(EntryKind kind) => kind is >= EntryKind.OfficerSet and <= (EntryKind)59;

    public static DutyBook Apply(DutyBook book, LedgerEntry entry) => entry switch
    {
        { Kind: EntryKind.OfficerSet, Body.Officer: { } officer } =>
            book with { Officers = book.Officers.SetItem(officer.Name, officer with { Version = entry.Sequence }) },
        _ => book,
    };
}
