namespace PingAnIoT.Alerts.Tests;

/// <summary>Where an officer stands in for others: exactly where a neighbour is who would be told.</summary>
public sealed class StandInTests
{
    private static readonly long Morning = (LedgerKit.Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static readonly TerritoryTree Tree = new(
        [new("d01", "", "", []), new("d01/s03", "", "", []), new("d01/s04", "", "", []), new("d01/s04/c01", "", "", ["d01/s03"]), new("d02", "", "", []), new("d02/s01", "", "", ["d01/s03"])]);

    /// <summary>In d01/s03 are a by day and b by night, in d01/s04 c by day; who is of the district may be on duty, too.</summary>
    [Theory]
    [InlineData("a", 9, "", "d02/s01")]
    [InlineData("b", 9, "", "")]
    [InlineData("a", 21, "", "")]
    [InlineData("b", 21, "", "d01/s04,d01/s04/c01,d02/s01")]
    [InlineData("c", 9, "", "")]
    [InlineData("c", 21, "", "")]
    [InlineData("b", 21, "d01", "d01/s04/c01,d02/s01")]
    [InlineData("chief", 21, "d01", "d02")]
    [InlineData("b", 21, "d02", "d01/s04,d01/s04/c01")]
    [InlineData("other", 21, "", "")]
    public void Of_a_neighbour_while_nobody_of_the_place_and_its_parent_is_on_duty(string name, int hour, string above, string places)
    {
        var book = With(DutyBook.Empty, DutyKit.DayAndNight);
        book = With(book, DutyKit.DayAndNight with { Territory = "d01/s04", Shifts = [DutyKit.DayAndNight.Shifts[0]], Teams = [["c"]] });
        book = above.Length == 0 ? book : With(book, DutyKit.DayAndNight with { Territory = above, Teams = [["chief"], ["chief"]] });
        var territory = name == "c" ? "d01/s04" : name == "chief" ? above : DutyKit.Street;
        var clock = new SetClock(LedgerKit.Start.AddHours(hour - 8));
        var found = new StandIns(() => book, () => Tree, clock).Now(new Officer(name, territory));
        string.Join(',', found.Order(StringComparer.Ordinal)).Should().Be(places);
    }

    /// <summary>Against what is meant: a place of others for which the line of those who are told ends at a neighbour who is he.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_rosters_it_is_where_a_neighbour_is_told(int seed)
    {
        var random = new Random(seed);
        string[] names = ["a", "b", "c", "d"];
        var met = 0;
        var (clock, asIs) = (new SetClock(LedgerKit.Start), (Book: DutyBook.Empty, Tree));
        var live = new StandIns(() => asIs.Book, () => asIs.Tree, clock);
        for (var round = 0; round < 300; round++)
        {
            var tree = RandomTree(random);
            var home = names.ToDictionary(n => n, _ => random.Next(5) == 0 ? "" : tree.All[random.Next(tree.All.Count)].Path);
            var book = DutyBook.Empty;
            foreach (var place in tree.All.Select(t => t.Path).Append("").Where(_ => random.Next(2) == 0))
            {
                var roster = DutyKit.DayAndNight with
                {
                    Territory = place, Role = random.Next(3) == 0 ? OfficerRoles.Supervisor : OfficerRoles.Officer,
                    Shifts = [DutyKit.DayAndNight.Shifts[0]], Teams = [[names[random.Next(4)]]],
                };
                book = With(book, random.Next(2) == 0 ? roster : roster with { Shifts = DutyKit.DayAndNight.Shifts, Teams = [["a"], [names[random.Next(4)]]] });
            }

            var at = Morning + (random.Next(24) * DutyKit.Hour);
            clock.Set(TimeSpan.FromMicroseconds(at - Micros.Now(clock)));
            asIs = (book, tree);
            foreach (var officer in names.Select(n => new Officer(n, home[n])))
            {
                var meant = tree.All.Select(t => t.Path).Where(
                    p => !officer.Covers(p) && DutyRoster.Told(book, tree, p, at) is { Source: DutySource.Neighbour } answer && answer.Has(officer.Name)).ToList();
                live.Now(officer).Should().BeEquivalentTo(meant, $"seed {seed}, round {round}, {officer}");
                met += meant.Count;
            }
        }

        met.Should().BeGreaterThan(100, "else nothing is shown");
    }

    private static TerritoryTree RandomTree(Random random)
    {
        string[] paths = ["d01", "d02", "d01/s01", "d01/s02", "d01/s03", "d02/s01", "d01/s01/c01", "d01/s01/c02"];
        return new TerritoryTree([.. paths.Select(p => new Territory(p, "", "", random.Next(3) == 0 ? [.. paths.Where(o => o != p && random.Next(4) == 0)] : []))]);
    }

    private static DutyBook With(DutyBook book, RosterRecord roster) =>
        book with { Posts = book.Posts.SetItem((roster.Territory, roster.Role), DutyPost.Empty.With(roster)) };
}
