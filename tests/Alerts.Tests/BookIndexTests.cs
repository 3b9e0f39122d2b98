using CsCheck;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What the book keeps beside the alerts, so that nobody has to look through all of them: which chatter, and which are under a window.</summary>
public sealed class BookIndexTests
{
    [Fact]
    public void A_commit_costs_what_it_has_changed_and_not_what_chatters()
    {
        var book = new AlertBook();
        for (var i = 0; i < 2_000; i++)
        {
            Apply(book, EntryKind.Raised, i, new EntryBody { Transition = Facts(i, 1) });
            Apply(book, EntryKind.Recurred, i, new EntryBody { Transition = Facts(i, 2) with { Chatter = new Chatter([], 6, 1) } });
        }

        book.Commit(4_000, []);
        book.Flapping.Should().HaveCount(2_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        book.Commit(4_001, []);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10_000);
        book.Flapping.Should().HaveCount(2_000);
    }

    /// <summary>Against a look at every alert, after every entry, commit and draft that was thrown away.</summary>
    [Fact]
    public void Whatever_happens_it_is_what_a_look_at_every_alert_gives() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5], Gen.Int[0, 3]).List[1, 60].Sample(
            steps =>
            {
                var book = new AlertBook();
                for (var i = 0; i < steps.Count; i++)
                {
                    var (what, alert, window) = steps[i];
                    Step(book, what, alert, window, i + 1);
                    var live = Enumerable.Range(0, 6).Select(a => book.Find($"A-{a}")).OfType<Alert>().ToList();
                    for (var w = 1; w <= 3; w++)
                    {
                        book.Under(w).Should().BeEquivalentTo(live.Where(a => a.Maintenance?.Window == w).Select(a => a.Id));
                    }

                    live.Should().OnlyContain(a => book.FindPacked(a.Id)!.Unpack().LastSequence == a.LastSequence);
                    var flapping = live.Where(a => a.IsFlapping).Select(a => a.Id);
                    flapping.Except(book.Flapping, StringComparer.Ordinal).Should().BeEmpty("none is forgotten");
                    if (what == 0)
                    {
                        book.Flapping.Should().BeEquivalentTo(flapping);
                    }
                }
            },
            iter: 300);

    private static void Step(AlertBook book, int what, int alert, int window, int sequence)
    {
        var mark = window == 0 ? null : new MaintenanceMark(window, true);
        var chatter = new Chatter([], 6, 1);
        switch (what)
        {
            case 0:
                book.Commit(sequence, []);
                break;
            case 1:
                book.Rollback();
                break;
            case 2 or 3:
                Apply(book, EntryKind.Raised, alert, new EntryBody { Transition = Facts(alert, sequence), Maintenance = mark }, sequence);
                break;
            case 4 or 5:
                Apply(book, EntryKind.Recurred, alert, new EntryBody { Transition = Facts(alert, sequence) with { Chatter = chatter }, Maintenance = mark }, sequence);
                break;
            case 6:
                Apply(book, EntryKind.ReturnedToNormal, alert, new EntryBody { Transition = Facts(alert, sequence, Severity.Normal) }, sequence);
                break;
            case 7:
                Apply(book, EntryKind.Calmed, alert, new EntryBody { Calmed = chatter }, sequence);
                break;
            case 8:
                Apply(book, EntryKind.Closed, alert, new EntryBody { Command = new CommandFacts("") }, sequence);
                break;
            default:
                Apply(book, EntryKind.MaintenanceOver, alert, new EntryBody { MaintenanceOver = new MaintenanceOverFacts(1, false, mark) }, sequence);
                break;
        }
    }

    private static void Apply(AlertBook book, EntryKind kind, int alert, EntryBody body, long sequence = 1) =>
        book.Apply(
            new LedgerEntry { Sequence = sequence, TimeMicros = 1, Kind = kind, AlertId = $"A-{alert}", Actor = "", Key = "", Body = body, PreviousHash = default, Hash = default },
            _ => null, (_, _) => { });

    private static TransitionFacts Facts(int alert, long episode, Severity to = Severity.Yellow) => new()
    {
        RuleId = "r", RuleVersion = "1", TitleZh = "", TitleEn = "", Basis = "", Series = $"k/{alert}/q", Kind = "k", Device = $"{alert}", Quantity = "q", Unit = "",
        EpisodeMicros = episode, Ordinal = 1, From = Severity.Normal, To = to, EventTimeMicros = episode, WindowValue = 1, Threshold = 1,
    };
}
