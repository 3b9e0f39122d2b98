using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Several officers in one transaction, or none of them. Its figures are those of the run that was committed.</summary>
/// <param name="hasPassword">Whether an officer can sign in.</param>
internal sealed class OfficerImport(Func<string, bool> hasPassword)
{
    private readonly List<RegisterFileError> errors = [];
    private readonly List<RegisterFileError> beyond = [];

    public IReadOnlyList<RegisterFileError> Errors => errors;

    /// <summary>What goes beyond the rights of who imports: <see cref="Administering"/>.</summary>
    public IReadOnlyList<RegisterFileError> Beyond => beyond;

    public int Added { get; private set; }

    public int Changed { get; private set; }

    public int Unchanged { get; private set; }

    /// <summary>Run by the ledger's writer; again after a failed commit.</summary>
    public CommandResult Run(LedgerTransaction transaction, IReadOnlyList<(OfficerRecord Officer, CsvCell At)> officers, Officer actor, bool isDryRun)
    {
        errors.Clear();
        beyond.Clear();
        (Added, Changed, Unchanged) = (0, 0, 0);
        var before = transaction.Duty.Officers;
        var hasChief = Administering.HasChief(before, hasPassword);
        var news = new List<OfficerRecord>();
        foreach (var (officer, at) in officers)
        {
            var known = before.GetValueOrDefault(officer.Name);
            if (Refuse(actor, known, officer, hasChief) is { } reason)
            {
                if (beyond.Count < RegisterCsv.MaximumErrors)
                {
                    beyond.Add(new RegisterFileError("csv", at.Line, at.Column, reason));
                }

                continue;
            }

            if (known is null)
            {
                Added++;
            }
            else if (known with { Version = 0 } == officer)
            {
                Unchanged++;
                continue;
            }
            else
            {
                Changed++;
            }

            news.Add(officer);
        }

        // What the whole of it comes to, not each row by itself: two operators may change places.
        var after = before.SetItems(news.Select(o => KeyValuePair.Create(o.Name, o)));
        if (hasChief && !Administering.HasChief(after, hasPassword))
        {
            var at = officers.First(o => Administering.IsChief(before.GetValueOrDefault(o.Officer.Name)) && hasPassword(o.Officer.Name)).At;
            errors.Add(new RegisterFileError("csv", at.Line, at.Column, "No operator and supervisor of the whole city is left who has a password: nobody could administer everybody any more."));
        }

        if (after.Count > OfficerBookCommands.MostOfficers)
        {
            errors.Add(new RegisterFileError("csv", 1, 1, $"With these there are {after.Count} officers; at most {OfficerBookCommands.MostOfficers} may be."));
        }

        if (errors.Count == 0 && beyond.Count == 0 && !isDryRun)
        {
            news.ForEach(o => OfficerBookCommands.Append(transaction, o, actor.Name));
        }

        return new CommandResult(CommandOutcome.Done);
    }

    /// <summary>One of another's territory is not told from a name that is taken: what more there is to him stays unsaid.</summary>
    private static string? Refuse(Officer actor, OfficerRecord? known, OfficerRecord officer, bool hasChief)
    {
        var refused = (known is null ? null : Administering.RefuseActing(actor, known, hasChief)) ?? Administering.RefuseGiving(actor, officer, hasChief);
        return refused?.Outcome == CommandOutcome.NotFound ? $"The name '{officer.Name}' is taken." : refused?.Reason;
    }
}
