using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What is open in a territory.</summary>
/// <param name="Alerts">How many.</param>
/// <param name="Red">How many of them have been red.</param>
/// <param name="Named">Ids of some: red before the rest, the oldest first.</param>
internal sealed record OpenWork(int Alerts, int Red, IReadOnlyList<string> Named)
{
    private const int MostNamed = 200;

    public static OpenWork Nothing { get; } = new(0, 0, []);

    public static OpenWork Of(OrderedBook ordered, string territory)
    {
        var (alerts, red, named) = (0, 0, new PriorityQueue<PackedAlert, (bool, long)>());
        foreach (var alert in OrderedBook.Each(ordered.Of(new Officer(""), territory)).Where(a => a.IsOpen))
        {
            var isRed = alert.PeakColour == Severity.Red;
            (alerts, red) = (alerts + 1, red + (isRed ? 1 : 0));
            named.Enqueue(alert, (isRed, -alert.FirstSequence));
            if (named.Count > MostNamed)
            {
                named.Dequeue();
            }
        }

        var ids = new List<string>(named.Count);
        while (named.TryDequeue(out var alert, out _))
        {
            ids.Add(alert.Id);
        }

        ids.Reverse();
        return new OpenWork(alerts, red, ids);
    }
}

/// <summary>What one shift leaves to the next. Run by the ledger's writer on the draft of the book.</summary>
internal static class HandOverCommands
{
    private const int MostOpen = 1_000;
    private const long AheadMicros = 7L * 24 * 3600 * 1_000_000;

    /// <summary>Written by who is on duty, for those who are on duty next.</summary>
    /// <param name="transaction">The writer's.</param>
    /// <param name="request">Who asks.</param>
    /// <param name="territory">Of which post.</param>
    /// <param name="role">Of which post.</param>
    /// <param name="text">What the next should know.</param>
    /// <param name="open">What is open there; null to ask first whether it may be, before anybody counts: then nothing is written.</param>
    public static CommandResult Write(
        LedgerTransaction transaction, DutyRequest request, string territory, OfficerRoles role, string text, OpenWork? open)
    {
        if ((request.RefuseTerritory(territory) ?? request.Earlier(transaction, (e, f) => e.Kind == EntryKind.HandedOver && f.HandOver is { } h && (h.Territory, h.Role, h.Text) == (territory, role, text))) is { } answer)
        {
            return answer;
        }

        if ((RosterCommands.WrongRole(role) ?? (DutyRequest.IsUnprintable(text) ? "The note is at most 2,000 printable characters." : null)) is { } wrong)
        {
            return DutyRequest.Invalid(wrong);
        }

        var (book, now, name) = (transaction.Duty, transaction.NowMicros, request.Officer.Name);
        var stretches = DutyRoster.Between(book, territory, role, now, now + AheadMicros);
        if (!stretches[0].Officers.Any(o => o.Officer == name))
        {
            return DutyRequest.NotNow($"{name} is not on duty there, and has nothing to hand over.");
        }

        // The next in whose time somebody is on duty who is not now; who stays on has nothing to take over.
        var present = stretches[0].Officers.Select(o => o.Officer).ToHashSet(StringComparer.Ordinal);
        var next = stretches.Skip(1).FirstOrDefault(s => s.Officers.Any(o => !present.Contains(o.Officer)));
        if (next is null)
        {
            return DutyRequest.NotNow("Nobody else is on duty within 7 days: there is nobody to hand over to.");
        }

        if (book.HandOvers.Values.Count(h => h.IsOpen) >= MostOpen)
        {
            return DutyRequest.NotNow("There are 1,000 hand-overs that nobody took.");
        }

        return open is null ? new CommandResult(CommandOutcome.Done) : request.Append(transaction, EntryKind.HandedOver, new DutyFacts
        {
            HandOver = new HandOverRecord
            {
                Id = transaction.HeadSequence + 1, Territory = territory, Role = role, By = name, Text = text, AtMicros = now, DueMicros = next.FromMicros,
                To = [.. next.Officers.Select(o => o.Officer).Where(o => !present.Contains(o))],
                OpenCount = open.Alerts, RedCount = open.Red, OpenAlerts = open.Named,
            },
        });
    }

    /// <summary>By one of those it was left to, or by whoever is on duty when it is taken.</summary>
    public static CommandResult Take(LedgerTransaction transaction, DutyRequest request, long id)
    {
        if (request.Earlier(transaction, (e, f) => e.Kind == EntryKind.HandOverTaken && f.HandOver?.Id == id) is { } answer)
        {
            return answer;
        }

        if (!transaction.Duty.HandOvers.TryGetValue(id, out var handOver) || !DutyRequest.Has(request.Officer, handOver.Territory))
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        var name = request.Officer.Name;
        if (!handOver.IsOpen)
        {
            return DutyRequest.NotNow($"{handOver.TakenBy} has taken it over.");
        }

        var isOn = DutyRoster.Own(transaction.Duty, handOver.Territory, handOver.Role, transaction.NowMicros).Officers.Any(o => o.Officer == name);
        return name == handOver.By || !(isOn || handOver.To.Contains(name, StringComparer.Ordinal))
            ? DutyRequest.NotNow($"It was left to {string.Join(", ", handOver.To)}, or to whoever is on duty.")
            : request.Append(transaction, EntryKind.HandOverTaken, new DutyFacts { HandOver = handOver with { TakenBy = name, TakenMicros = transaction.NowMicros } });
    }
}
