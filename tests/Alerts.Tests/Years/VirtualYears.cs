using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What came of years that were played.</summary>
/// <param name="Wrong">In words, the first of them; empty when every deadline fired once and none early or late.</param>
/// <param name="Audits">What the auditor found, all looks together.</param>
public sealed record YearsResult(int Seed, int Entries, int Fired, int Happenings, IReadOnlyList<string> Wrong, int Audits);

/// <summary>
/// Years of random alerts, officers, outages and clock steps on a clock that nobody waits for. The next deadline of the book says where to look, and
/// a naive witness, which knows only true time and what ran before and after each happening, says whether all was right.
/// </summary>
public sealed class VirtualYears : IAsyncDisposable
{
    private static readonly string[] Devices = ["gas-pipe/a", "gas-pipe/b", "elevator/c", "smoke-detector/d", "charging-pile/e", "gas-pipe/f"];
    private static readonly string[] Officers = ["wang", "li", "zhao"];

    /// <summary>The default, but that what is told for ever is told less often: there are years of it.</summary>
    private static readonly DeadlinePolicy Policy =
        PolicyFile.Parse(System.Text.RegularExpressions.Regex.Replace(DefaultPolicy.Text, "widest: [0-9a-z]+", "widest: 1d"), "years").Policy!;

    private readonly int seed;
    private readonly Random random;
    private readonly TimelineClock clock = new(LedgerKit.Start);
    private readonly LedgerKit kit;
    private readonly YearsWitness witness;
    private readonly Plant[] plants;
    private readonly Severity[] colours;
    private DeadlineAuditor auditor = null!;
    private int keys;
    private long received;
    private int audits;

    public VirtualYears(int seed, Func<Alert, Deadline, bool>? broken = null)
    {
        this.seed = seed;
        random = new Random(seed);
        kit = new LedgerKit(clock);
        kit.Options = kit.Options with { Deadlines = Policy, Synchronous = "OFF", LeavesOut = broken };
        witness = new YearsWitness(() => kit.Ledger, clock);
        colours = new Severity[Devices.Length];
        plants = [.. Devices.Select((d, i) =>
        {
            var kind = Catalog.Default.Kinds.ToList().FindIndex(k => k.Name == d.Split('/')[0]);
            var like = new Plant(d.Split('/')[1]);
            return new Plant(d.Split('/')[1])
            {
                Device = like.Device with { Kind = kind, Territory = $"d01/s0{i % 3}/c0{i}/g07" },
                Rule = like.Rule with { Kind = kind, IsLatched = i == 3 },
                Kind = d.Split('/')[0],
            };
        })];
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<YearsResult> PlayAsync(double years)
    {
        Open();
        var end = TimeSpan.FromDays(365 * years);
        var happenings = 0;
        for (; clock.Passed < end && witness.Wrong.Count == 0; happenings++)
        {
            await GoAsync(clock.Passed + Between(1, 10 * 86_400));
            await HappenAsync();
            await witness.LookAsync();
        }

        audits += (await auditor.RunAsync(Cancel)).Count;
        await kit.CloseAsync();
        var wrong = witness.Wrong.Concat(LedgerVerifier.Verify(kit.Options).Findings).ToList();
        return new YearsResult(seed, witness.Entries, witness.Fired, happenings, wrong, audits);
    }

    public async ValueTask DisposeAsync() => await kit.DisposeAsync();

    /// <summary>Seconds as likely short as long: what people do takes minutes, and then nothing happens for a week.</summary>
    private TimeSpan Between(double fromSeconds, double toSeconds) =>
        TimeSpan.FromMicroseconds(Math.Floor(1e6 * Math.Exp(Math.Log(fromSeconds) + (random.NextDouble() * Math.Log(toSeconds / fromSeconds)))));

    private void Open()
    {
        kit.Open();
        auditor = new DeadlineAuditor(kit.Ledger, clock, NullLogger<DeadlineAuditor>.Instance, TimeSpan.Zero);
    }

    /// <summary>Looks a microsecond before each deadline, when nothing may happen, and at it.</summary>
    private async Task GoAsync(TimeSpan to)
    {
        while (witness.NextDue() is { } due && due <= to)
        {
            if (due - TimeSpan.FromMicroseconds(1) > clock.Passed)
            {
                await StepAsync(due - TimeSpan.FromMicroseconds(1));
            }

            await StepAsync(due);
        }

        await StepAsync(to);
    }

    private async Task StepAsync(TimeSpan to)
    {
        clock.Advance(to - clock.Passed);
        await kit.Ledger.SweepAsync(Cancel);
        await witness.LookAsync();
    }

    private async Task HappenAsync()
    {
        switch (random.Next(20))
        {
            case < 7:
                await PlantAsync();
                break;
            case < 17:
                await OfficerAsync();
                break;
            case 17:
                await kit.CloseAsync();
                clock.Advance(Between(1, 3 * 86_400));
                Open();
                await kit.Ledger.SweepAsync(Cancel);
                witness.Restarted();
                break;
            case 18:
                clock.Set(random.Next(2) == 0 ? Between(2, 30 * 86_400) : -Between(2, 30 * 86_400));
                await kit.Ledger.SweepAsync(Cancel);
                break;
            default:
                audits += (await auditor.RunAsync(Cancel)).Count;
                break;
        }
    }

    private async Task PlantAsync()
    {
        var i = random.Next(plants.Length);
        Severity[] all = [Severity.Normal, Severity.Normal, Severity.Green, Severity.Yellow, Severity.Red, Severity.Fault];
        var to = all[random.Next(all.Length)];
        if (to != colours[i])
        {
            // Event time goes on evenly, whatever the clock says: it is the sender's. Receive time never steps back.
            received = Math.Max(received, Micros.Now(clock));
            kit.Ledger.Post(plants[i].To(to, Micros.From(LedgerKit.Start + clock.Passed)) with { ReceiveTimeMicros = received });
            colours[i] = to;
            await kit.FlushAsync();
        }
    }

    private async Task OfficerAsync()
    {
        var open = kit.Ledger.Book.Alerts.Values.OrderBy(a => a.Id, StringComparer.Ordinal).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var alert = open[random.Next(open.Count)];
        var legal = WorkTable.LegalFrom(alert, new Officer("anybody"));
        var action = random.Next(10) == 0 ? (WorkAction)random.Next(1, 15) : legal[random.Next(legal.Count)];
        var officer = new Officer(Officers[random.Next(Officers.Length)]) { Roles = random.Next(2) == 0 ? OfficerRoles.Officer : OfficerRoles.All };
        var command = new AlertCommand(alert.Id, officer, $"k{keys++}", "note", random.Next(3) == 0 ? alert.LastSequence : null);
        var verdict = (Verdict)random.Next(1, 5);
        var ledger = kit.Ledger;
        await (action switch
        {
            WorkAction.Acknowledge => ledger.AcknowledgeAsync(command, Cancel),
            WorkAction.Close => ledger.CloseAsync(command, verdict, Cancel),
            WorkAction.Dispatch => ledger.DispatchAsync(command, "team-3", Cancel),
            WorkAction.Arrive => ledger.ArriveAsync(command, Cancel),
            WorkAction.Rectify => ledger.RectifyAsync(command, Cancel),
            WorkAction.Triage => ledger.TriageAsync(command, verdict, Cancel),
            WorkAction.Report => ledger.ReportAsync(command, "", Cancel),
            WorkAction.Confirm => ledger.ConfirmAsync(command, Cancel),
            WorkAction.Shelve => ledger.ShelveAsync(command, Between(1, 86_400), Cancel),
            WorkAction.Unshelve => ledger.UnshelveAsync(command, Cancel),
            WorkAction.See => ledger.SeeAsync(command, Cancel),
            WorkAction.TakeOutOfService => ledger.TakeOutOfServiceAsync(command, random.Next(3) == 0 ? null : Between(1, 10 * 86_400), Cancel),
            WorkAction.ReturnToService => ledger.ReturnToServiceAsync(command, Cancel),
            _ => ledger.CommentAsync(command, Cancel),
        });
    }
}
