using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Who asks for a change of duty, and how it is told from the same request sent twice.</summary>
/// <param name="Officer">From the credential.</param>
/// <param name="RequestId">Chosen by the client, at most 64 printable characters; "" for none.</param>
/// <param name="Tree">Which territories there are.</param>
public sealed record DutyRequest(Officer Officer, string RequestId, TerritoryTree Tree)
{
    public const int TextLimit = 2_000;
    internal const string Reused = "The request id has been used for something else.";

    /// <summary>True when the territory is the officer's or lies within it. The city is nobody's but who answers for all of it.</summary>
    public static bool Has(Officer officer, string territory) =>
        officer.Territory.Length == 0 || (territory.Length > 0 && officer.Covers(territory));

    /// <summary>What is wrong with the territory; null when nothing is. One that is not the officer's is as if it were not there.</summary>
    internal CommandResult? RefuseTerritory(string territory)
    {
        if (!TerritoryPath.IsValid(territory))
        {
            return Invalid(TerritoryPath.Rule);
        }

        if (!Has(Officer, territory))
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        return Tree.Knows(territory) ? null : Invalid(
            $"There is no territory '{territory}'{(NearestName.Find(territory, Tree.All.Select(t => t.Path).Where(p => Has(Officer, p))) is { } near ? $"; did you mean '{near}'?" : ".")}");
    }

    /// <summary>The answer that the same request was given before; null for a new one.</summary>
    /// <param name="transaction">The writer's.</param>
    /// <param name="isIt">Whether an entry is what is asked for now: an id that was used for something else must not answer that this is done.</param>
    internal CommandResult? Earlier(LedgerTransaction transaction, Func<LedgerEntry, DutyFacts, bool> isIt) =>
        RequestId.Length == 0 ? null
        : RequestId.Length > 64 || IsUnprintable(RequestId) ? Invalid("The request id is not at most 64 printable characters.")
        : transaction.Store.FindByKey(Key(transaction)) is not { } earlier ? null
        : earlier.Body.Duty is { } facts && isIt(earlier, facts) ? new CommandResult(CommandOutcome.Done) { Entry = earlier }
        : Invalid(Reused);

    internal CommandResult Append(LedgerTransaction transaction, EntryKind kind, DutyFacts facts) => new(CommandOutcome.Done)
    {
        Entry = transaction.Append(kind, "", Officer.Name, Key(transaction), transaction.NowMicros, new EntryBody { Duty = facts }),
    };

    internal static CommandResult Invalid(string reason) => new(CommandOutcome.Invalid) { Reason = reason };

    internal static CommandResult NotNow(string reason) => new(CommandOutcome.IllegalStep) { Reason = reason };

    internal static bool IsUnprintable(string text) =>
        text.Length > TextLimit || text.EnumerateRunes().Any(r => (Rune.IsControl(r) && r.Value != '\n') || r == Rune.ReplacementChar);

    /// <summary>Of an entry about officers and duty that is asked for without an id: its own number.</summary>
    internal static string KeyOfNext(LedgerTransaction transaction) => string.Create(CultureInfo.InvariantCulture, $"who/{transaction.HeadSequence + 1}");

    private string Key(LedgerTransaction transaction) => RequestId.Length > 0 ? $"duty-request/{Officer.Name}/{RequestId}" : KeyOfNext(transaction);
}
