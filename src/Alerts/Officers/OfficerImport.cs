using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Several officers in one transaction, or none of them. Its figures are those of the run that was committed.</summary>
internal sealed class OfficerImport
{
    private readonly List<RegisterFileError> errors = [];

    public IReadOnlyList<RegisterFileError> Errors => errors;

    public int Added { get; private set; }

    public int Changed { get; private set; }

    public int Unchanged { get; private set; }

    /// <summary>Run by the ledger's writer; again after a failed commit.</summary>
    public CommandResult Run(LedgerTransaction transaction, IReadOnlyList<(OfficerRecord Officer, CsvCell At)> officers, string actor, bool isDryRun)
    {
        errors.Clear();
        (Added, Changed, Unchanged) = (0, 0, 0);
        var before = transaction.Duty.Officers;
        var news = new List<OfficerRecord>();
        foreach (var (officer, _) in officers)
        {
            var known = before.GetValueOrDefault(officer.Name);
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
        if (before.Values.Any(OfficerBookCommands.IsOperator) && !after.Values.Any(OfficerBookCommands.IsOperator))
        {
            var at = officers.First(o => OfficerBookCommands.IsOperator(before.GetValueOrDefault(o.Officer.Name))).At;
            errors.Add(new RegisterFileError("csv", at.Line, at.Column, "No operator is left: nobody could administer officers any more."));
        }

        if (after.Count > OfficerBookCommands.MostOfficers)
        {
            errors.Add(new RegisterFileError("csv", 1, 1, $"With these there are {after.Count} officers; at most {OfficerBookCommands.MostOfficers} may be."));
        }

        if (errors.Count == 0 && !isDryRun)
        {
            news.ForEach(o => OfficerBookCommands.Append(transaction, o, actor));
        }

        return new CommandResult(CommandOutcome.Done);
    }
}
