using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What the system says of itself: a red alert like any other, of a kind that no device and no rule file has.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Device">The part of the system.</param>
/// <param name="Quantity">What of it.</param>
internal sealed record SystemAlert(string Rule, string Device, string Quantity, string TitleZh, string TitleEn)
{
    public string Series => $"{SystemAlerts.Kind}/{Device}/{Quantity}";
}

/// <summary>Raises and ends them, by the same entries as the plant's. Idempotent: what is so already makes no entry.</summary>
internal static class SystemAlerts
{
    public const string Kind = "system";

    /// <summary>The deadlines that fired are not those that should have.</summary>
    public static SystemAlert Deadlines { get; } = new(
        "system-deadlines", "auditor", "deadlines", "时限稽核发现差异", "Deadlines did not fire as they should");

    /// <summary>The notice that tells that notices arrive has not.</summary>
    public static SystemAlert Canary { get; } = new(
        "system-canary", "canary", "late", "通知链路中断：自检通知未送达", "The canary has not come through: notices may not arrive");

    /// <summary>Somebody was to be told, and no channel took it.</summary>
    public static SystemAlert Notices { get; } = new(
        "system-notices", "notices", "lost", "有通知未能送达", "Notices could be delivered over no channel");

    /// <summary>What should never fail has.</summary>
    public static SystemAlert Judging { get; } = new(
        "system-judging", "judging", "failed", "有读数未能判定或记录", "Something could not be judged, or not be recorded");

    /// <param name="differences">How many; 0 ends the condition.</param>
    /// <param name="note">Which; said once, as a remark, when it is raised.</param>
    public static void Set(LedgerTransaction transaction, SystemAlert what, int differences, string note)
    {
        var alert = transaction.FindLive(what.Rule, what.Series);
        var isActive = alert?.IsActive == true;
        if (isActive == differences > 0)
        {
            return;
        }

        // Later than what it follows, also on a clock that was put back.
        var now = transaction.NowMicros;
        var episode = isActive ? alert!.EpisodeMicros : Math.Max(now, (alert?.EpisodeMicros ?? 0) + 1);
        var reopens = !isActive && alert is { Acknowledged: not null, OutOfService: null };
        var to = isActive ? Severity.Normal : Severity.Red;
        var facts = new TransitionFacts
        {
            RuleId = what.Rule, RuleVersion = "1", TitleZh = what.TitleZh, TitleEn = what.TitleEn, Basis = "built in", Series = what.Series, Kind = Kind,
            Device = what.Device, Quantity = what.Quantity, Unit = "", EpisodeMicros = episode, Ordinal = isActive ? 2 : 1,
            From = isActive ? Severity.Red : Severity.Normal, To = to, EventTimeMicros = Math.Max(now, episode), WindowValue = differences, Threshold = 0,
            Reopens = reopens,
            Deadlines = isActive ? null : DeadlineSchedule.After(alert, Kind, to, reopens, now, transaction.Policy),
        };
        var id = alert?.Id ?? AlertId.Of(what.Rule, what.Series, episode);
        var kind = isActive ? EntryKind.ReturnedToNormal : alert is null ? EntryKind.Raised : EntryKind.Recurred;
        var key = string.Create(CultureInfo.InvariantCulture, $"system/{what.Rule}/{transaction.HeadSequence}");
        transaction.Append(kind, id, "system", key, now, new EntryBody { Transition = facts });
        if (!isActive)
        {
            transaction.Append(EntryKind.Commented, id, "system", key + "/note", now, new EntryBody { Command = new CommandFacts(note) });
        }
    }
}
