namespace PingAnIoT.Alerts;

/// <summary>What is said to a swap.</summary>
public enum SwapAnswer
{
    /// <summary>By the other.</summary>
    Agree,

    /// <summary>By the other.</summary>
    Decline,

    /// <summary>By who asked.</summary>
    Withdraw,

    /// <summary>By a supervisor of the territory, who is neither of the two.</summary>
    Approve,

    /// <summary>By a supervisor of the territory.</summary>
    Refuse,
}

/// <summary>Swaps: asked by one, agreed to by the other, approved where the roster says so. Run by the ledger's writer on the draft of the book.</summary>
internal static class SwapCommands
{
    private const int MostOpen = 1_000;

    public static CommandResult Ask(LedgerTransaction transaction, DutyRequest request, SwapRecord swap)
    {
        if ((request.RefuseTerritory(swap.Territory) ?? request.Earlier(transaction, (e, f) => e.Kind == EntryKind.SwapAsked && f.Swap is { } s && s == swap with { Id = s.Id, Asker = s.Asker, By = s.By, State = s.State })) is { } answer)
        {
            return answer;
        }

        var asked = swap with { Id = transaction.HeadSequence + 1, Asker = request.Officer.Name, By = request.Officer.Name, State = SwapState.Asked };
        if ((RosterCommands.WrongRole(asked.Role) ?? Wrong(transaction, asked)) is { } wrong)
        {
            return DutyRequest.Invalid(wrong);
        }

        return transaction.Duty.Swaps.Values.Count(s => s.IsOpen) >= MostOpen
            ? DutyRequest.NotNow("There are 1,000 open swaps already.")
            : request.Append(transaction, EntryKind.SwapAsked, new DutyFacts { Swap = asked });
    }

    public static CommandResult Answer(LedgerTransaction transaction, DutyRequest request, long id, SwapAnswer answer)
    {
        if (request.Earlier(transaction, (e, f) => f.Swap is { } s && s.Id == id && IsAnswer(s.State, answer)) is { } earlier)
        {
            return earlier;
        }

        if (!transaction.Duty.Swaps.TryGetValue(id, out var swap) || !DutyRequest.Has(request.Officer, swap.Territory))
        {
            return new CommandResult(CommandOutcome.NotFound);
        }

        if (WhyNot(swap, request.Officer, answer) is { } no)
        {
            return DutyRequest.NotNow(no);
        }

        var needsApproval = transaction.Duty.PostOf(swap.Territory, swap.Role).RosterAt(transaction.NowMicros)?.SwapsNeedApproval == true;
        var next = answer switch
        {
            SwapAnswer.Agree when needsApproval => SwapState.Agreed,
            SwapAnswer.Agree or SwapAnswer.Approve => SwapState.InForce,
            SwapAnswer.Decline => SwapState.Declined,
            SwapAnswer.Withdraw => SwapState.Withdrawn,
            _ => SwapState.Refused,
        };
        swap = swap with { State = next, By = request.Officer.Name, AgreedIn = next == SwapState.Agreed ? transaction.HeadSequence + 1 : swap.AgreedIn };
        if (next is SwapState.Agreed or SwapState.InForce && Wrong(transaction, swap) is { } wrong)
        {
            return DutyRequest.NotNow(wrong);
        }

        return next == SwapState.InForce
            ? request.Append(transaction, EntryKind.ShiftSwapped, new DutyFacts { Swap = swap, Changes = ChangesOf(swap, transaction.HeadSequence + 1) })
            : request.Append(transaction, EntryKind.SwapAnswered, new DutyFacts { Swap = swap });
    }

    private static bool IsAnswer(SwapState state, SwapAnswer answer) => answer switch
    {
        SwapAnswer.Agree => state is SwapState.Agreed or SwapState.InForce,
        SwapAnswer.Approve => state == SwapState.InForce,
        SwapAnswer.Decline => state == SwapState.Declined,
        SwapAnswer.Withdraw => state == SwapState.Withdrawn,
        _ => state == SwapState.Refused,
    };

    private static string? WhyNot(SwapRecord swap, Officer officer, SwapAnswer answer) => answer switch
    {
        SwapAnswer.Agree or SwapAnswer.Decline when swap.State != SwapState.Asked => $"The swap is {swap.State}, by {swap.By}.",
        SwapAnswer.Agree or SwapAnswer.Decline when officer.Name != swap.Other => $"It is {swap.Other} who agrees or declines.",
        SwapAnswer.Withdraw when !swap.IsOpen => $"The swap is {swap.State}, by {swap.By}.",
        SwapAnswer.Withdraw when officer.Name != swap.Asker => $"It is {swap.Asker} who may withdraw it.",
        SwapAnswer.Approve or SwapAnswer.Refuse when swap.State != SwapState.Agreed => $"The swap is {swap.State}, by {swap.By}.",
        SwapAnswer.Approve or SwapAnswer.Refuse when !officer.Roles.HasFlag(OfficerRoles.Supervisor) => "It is a supervisor who approves or refuses.",
        SwapAnswer.Approve when officer.Name == swap.Asker || officer.Name == swap.Other => "Nobody approves a swap of his own.",
        _ => null,
    };

    /// <summary>Each is on duty, all of the time that is to be swapped, and the other is not.</summary>
    private static string? Wrong(LedgerTransaction transaction, SwapRecord swap)
    {
        var (book, now) = (transaction.Duty, transaction.NowMicros);
        var isReturned = swap.BackFromMicros != 0 || swap.BackToMicros != 0;
        return swap.Asker == swap.Other ? "Nobody swaps with himself."
            : DutyRequest.IsUnprintable(swap.Note) ? "The note is at most 2,000 printable characters."
            : RosterCommands.WrongOfficer(book, swap.Other, swap.Territory)
            ?? RosterCommands.WrongTime(swap.FromMicros, swap.ToMicros, now)
            ?? (swap.FromMicros < now ? "It has begun already." : null)
            ?? NotOnDuty(book, swap, swap.Asker, swap.Other, swap.FromMicros, swap.ToMicros)
            ?? (isReturned
                ? RosterCommands.WrongTime(swap.BackFromMicros, swap.BackToMicros, now)
                    ?? (swap.BackFromMicros < now ? "What is given in return has begun already." : null)
                    ?? NotOnDuty(book, swap, swap.Other, swap.Asker, swap.BackFromMicros, swap.BackToMicros)
                : null);
    }

    private static string? NotOnDuty(DutyBook book, SwapRecord swap, string giver, string taker, long from, long to)
    {
        var stretches = DutyRoster.Between(book, swap.Territory, swap.Role, from, to);
        return stretches.Any(s => s.Officers.All(o => o.Officer != giver)) ? $"{giver} is not on duty all of that time."
            : stretches.Any(s => s.Officers.Any(o => o.Officer == taker)) ? $"{taker} is on duty then already."
            : null;
    }

    private static List<DutyChange> ChangesOf(SwapRecord swap, long entry)
    {
        var there = new DutyChange
        {
            Id = entry, Territory = swap.Territory, Role = swap.Role, FromMicros = swap.FromMicros, ToMicros = swap.ToMicros,
            Absent = swap.Asker, Instead = swap.Other, Reason = swap.Note, Swap = swap.Id,
        };
        var back = there with { FromMicros = swap.BackFromMicros, ToMicros = swap.BackToMicros, Absent = swap.Other, Instead = swap.Asker };
        return back.ToMicros == 0 ? [there] : [there, back];
    }
}
