namespace PingAnIoT.Alerts;

/// <summary>A missed deadline as a notice says it.</summary>
/// <param name="Breach">Of the card.</param>
/// <param name="First">Of its step in its round: it is late by that one's deadline, those of the levels above came later.</param>
/// <param name="IsChinese">Else English.</param>
internal sealed record BreachText(Breach Breach, Breach First, bool IsChinese)
{
    /// <returns>Null when the card is about no breach.</returns>
    public static BreachText? Of(NoticeCard card, Alert alert, bool isChinese) => card.Breach is not { } breach ? null
        : new BreachText(breach, alert.Breaches.Where(b => b.Step == breach.Step && b.Round == breach.Round).Append(breach).MinBy(b => b.DueMicros)!, isChinese);

    /// <summary>When it was found.</summary>
    public long LateMicros => Math.Max(0, Breach.AtMicros - First.DueMicros);

    public bool IsForSupervisor => Breach.Role == OfficerRoles.Supervisor;

    /// <summary>What was not done, and how late that is; what is found at its moment has no lateness.</summary>
    public string What => (NoticeWords.Step(Breach.Step, IsChinese), NoticeWords.Span(LateMicros, IsChinese), IsChinese) switch
    {
        (var step, "", true) => $"逾期未{step}",
        (var step, "", false) => $"not {step} in time",
        (var step, var late, true) => $"已逾期{(IsMore ? "超过" : "")} {late}未{step}",
        var (step, late, _) => $"not {step}, overdue by {(IsMore ? "more than " : "")}{late}",
    };

    /// <summary>In brackets: its level, whom it is for, and what it amounts to.</summary>
    public string Grade
    {
        get
        {
            var held = Breach.Supervision is { } supervision ? NoticeWords.Supervision(supervision, IsChinese) : "";
            return IsChinese
                ? FormattableString.Invariant($"（第 {Breach.Level} 级{(IsForSupervisor ? "，致督办人" : "")}{(held.Length > 0 ? "：" : "")}{held}）")
                : FormattableString.Invariant($" (level {Breach.Level}{(IsForSupervisor ? ", to the supervisor" : "")}{(held.Length > 0 ? ": " : "")}{held})");
        }
    }

    /// <summary>An alert keeps its newest breaches: the first of them is not of level 1 where there were more. A dispatch is due once a round, at any level.</summary>
    private bool IsMore => First.Level > 1 && First.Step != WorkState.Dispatched;
}
