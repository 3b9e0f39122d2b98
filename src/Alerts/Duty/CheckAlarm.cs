using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// The alert of a duty check that was not answered: yellow, of the supervising territory, and from there on an alert like any other, with its
/// notices, deadlines and escalation. One open one a post. Threading: the writer's.
/// </summary>
internal sealed class CheckAlarm(RecordTransition record)
{
    public const string RuleId = "duty-check-missed";
    public const string Kind = "duty";

    public void Raise(LedgerTransaction transaction, CheckRecord check) => record.Run(
        transaction, Facts(check, transaction.NowMicros, Severity.Normal, Severity.Yellow), TransitionChange.Raised, transaction.NowMicros);

    /// <summary>They are there after all: the condition is over, the work on it is not.</summary>
    public void TakeBack(LedgerTransaction transaction, CheckRecord check)
    {
        if (transaction.FindLive(RuleId, SeriesOf(check)) is { IsActive: true } alert && alert.EpisodeMicros <= check.AtMicros)
        {
            record.Run(
                transaction, Facts(check, transaction.NowMicros, Severity.Yellow, Severity.Normal) with { EpisodeMicros = alert.EpisodeMicros, Ordinal = (int)check.Id },
                TransitionChange.Normal, transaction.NowMicros);
        }
    }

    private static string SeriesOf(CheckRecord check) =>
        $"{Kind}/{DeviceOf(check)}/{check.Role.ToString().ToLowerInvariant()}";

    private static string DeviceOf(CheckRecord check) => check.Territory.Length == 0 ? "city" : check.Territory.Replace('/', ':');

    private static TransitionFacts Facts(CheckRecord check, long nowMicros, Severity from, Severity to) => new()
    {
        RuleId = RuleId, RuleVersion = "1", TitleZh = "查岗未应答", TitleEn = "Duty check not answered",
        Basis = string.Create(CultureInfo.InvariantCulture, $"duty check {check.Id}"), Series = SeriesOf(check), Kind = Kind, Device = DeviceOf(check),
        Quantity = "silent", Unit = "", Territory = CheckCommands.SupervisorOf(check.Territory), Address = check.Finding,
        EpisodeMicros = check.AtMicros, Ordinal = 1, From = from, To = to, EventTimeMicros = nowMicros,
        WindowValue = check.Silent.Count(), Threshold = 0,
    };
}
