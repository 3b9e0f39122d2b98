using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Territories, rosters and officers as people write them, and what is said of what is wrong with them.</summary>
public sealed class DutyFileTests
{
    [Theory]
    [InlineData("path,zh,en\nd01,东城,East\nd01/s03/c01,,\nd01/s03,三街,Third\n", "")]
    [InlineData("", "t:1:1: The file is empty")]
    [InlineData("pth,zh\nd01,\n", "t:1:1: 'pth' is no column; did you mean 'path'?|t:1:1: The column 'path' is missing.")]
    [InlineData("path\nd01\nd01\n", "t:3:1: The territory stands in line 2 already.")]
    [InlineData("path\nd01\nd01/s03/c01\n", "t:3:1: Its parent 'd01/s03' has no row.")]
    [InlineData("path\nd01\nd01/s03\nd01/s04/c01\n", "t:4:1: Its parent 'd01/s04' has no row. Did you mean 'd01/s03'?")]
    [InlineData("zh,path,neighbours\n一,d01,\n二,d02,d01 d03\n", "t:3:7: The neighbour 'd03' has no row. Did you mean 'd0")]
    [InlineData("path,neighbours\nd01,d01\n", "t:2:5: A territory is no neighbour of itself.")]
    [InlineData("path,zh\nd 1,x\n/,y\n", "t:2:1: 'd 1' is no path|t:3:1: '/' is no path")]
    [InlineData("path,zh\nd01,x,y\n", "t:2:7: The row has 3 fields, the header 2.")]
    public void Territories(string text, string errors)
    {
        var result = TerritoryCsv.Read(new StringReader(text), "t");
        Says(result.Errors.Select(e => e.ToString()), errors);
        (result.Tree is null).Should().Be(errors.Length > 0);
    }

    [Fact]
    public void Neighbours_are_those_of_the_file_or_else_the_other_children_of_the_parent()
    {
        var tree = TerritoryCsv.Read(new StringReader("path,neighbours\nd01,\nd01/s1,d01/s3\nd01/s2,\nd01/s3,\nd02,\n"), "t").Tree!;
        tree.NeighboursOf("d01/s1").Should().Equal("d01/s3");
        tree.NeighboursOf("d01/s2").Should().Equal("d01/s1", "d01/s3");
        tree.NeighboursOf("d01").Should().Equal("d02");
        tree.ChildrenOf("d01").Should().Equal("d01/s1", "d01/s2", "d01/s3");
        tree.NeighboursOf("nowhere").Should().BeEmpty();
        tree.Knows("").Should().BeTrue();
        tree.Knows("d03").Should().BeFalse();
    }

    [Fact]
    public async Task The_territory_file_is_followed_and_one_with_errors_leaves_the_old_one_live()
    {
        using var temp = new TempFolder("territories");
        var file = temp.PathOf("territories.csv");
        await File.WriteAllTextAsync(file, "path\nd01\n", TestContext.Current.CancellationToken);
        var clock = new FakeTimeProvider(LedgerKit.Start);
        await using var source = new TerritorySource(file, clock, NullLogger<TerritorySource>.Instance);
        source.Current.All.Should().ContainSingle();
        await File.WriteAllTextAsync(file, "path\nd01\nd02\n", TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        source.Current.All.Should().HaveCount(2);
        await File.WriteAllTextAsync(file, "path\nd01\nd02\nd03/s01\n", TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        source.Current.All.Should().HaveCount(2);
        FluentThrows(file, clock);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("zone: Asia/Shanghai|zone: Asia/Shanghay", "r:3:7: there is no time zone 'Asia/Shanghay'; did you mean 'Asia/Shanghai'?")]
    [InlineData("start: 2026-11-23|start: 23.11.2026", "r:4:8: start is '23.11.2026'; expected a day such as 2026-11-23")]
    [InlineData("rotate: week|rotat: week", "r:5:1: unknown key 'rotat' in a roster; did you mean 'rotate'?")]
    [InlineData("rotate: week|rotate: wek", "r:5:9: rotate is 'wek'; did you mean 'week'?")]
    [InlineData("to: \"20:00\" }|to: \"25:00\" }", "r:8:37: 'to' is '25:00'; expected a time of day such as \"22:00\"")]
    [InlineData("[zhao.min]|[zhao.min, zhao.min]", "r:12:16: found 'zhao.min' in a team")]
    [InlineData("[zhao.min]|zhao.min", "r:12:5: found 'zhao.min' in 'teams'; expected a list of officers")]
    [InlineData("role: officer|role: oficer", "r:2:7: role is 'oficer'; did you mean 'officer'?")]
    public void Rosters(string change, string errors)
    {
        var text = """
            territory: d01/s03
            role: officer
            zone: Asia/Shanghai
            start: 2026-11-23
            rotate: week
            swaps: approved
            shifts:
              - { name: day, from: "08:00", to: "20:00" }
              - { name: night, from: "20:00", to: "08:00", days: [mon, sun] }
            teams:
              - [li.na, wang.wei]
              - [zhao.min]
            """;
        if (change.Length > 0)
        {
            var (before, after) = (change.Split('|')[0], change.Split('|')[1]);
            text.Should().Contain(before);
            text = text.Replace(before, after, StringComparison.Ordinal);
        }

        var result = RosterFile.Parse(text, "r");
        Says(result.Errors.Select(e => e.ToString()), errors);
        if (errors.Length == 0)
        {
            result.Roster.Should().BeEquivalentTo(new RosterRecord
            {
                Territory = "d01/s03", Role = OfficerRoles.Officer, Zone = "Asia/Shanghai", Start = new DateOnly(2026, 11, 23), RotateDays = 7, SwapsNeedApproval = true,
                Shifts = [new ShiftRecord("day", 480, 1200, 0), new ShiftRecord("night", 1200, 480, 1, 65)], Teams = [["li.na", "wang.wei"], ["zhao.min"]],
            });
        }
    }

    [Theory]
    [InlineData("name,role\nli,officer supervisor\n", "")]
    [InlineData("name,role\nli,oficer\n", "c:2:4: 'oficer' is no role; did you mean 'officer'?")]
    [InlineData("name,role\nli,\n", "c:2:4: An officer has one role or more")]
    [InlineData("name,role\nli,officer\nli,auditor\n", "c:3:1: The officer stands in line 2 already.")]
    [InlineData("name,role,territory\na/b,officer,d01/s03/c\n", "c:2:1: 'a/b' is no name|c:2:13: There is no territory 'd01/s03/c'; did you mean 'd01/s03'?")]
    [InlineData("name,role,territory\nli,officer,d01/s44\n", "")]
    [InlineData("name,role,territory\nli,officer,d01/s03/c1\n", "c:2:12: There is no territory 'd01/s03/c1'; did you mean 'd01/s03'?")]
    [InlineData("name,role,disabled\nli,officer,yes\n", "c:2:12: 'yes' is neither true nor false.")]
    public void Officers(string text, string errors) => Says(
        OfficersCsv.Read(text, "c", new TerritoryTree([new("d01", "", "", []), new("d01/s03", "", "", []), new("d01/s04", "", "", [])]), new Officer("clerk", "d01/s03")).Errors.Select(e => e.ToString()), errors);

    private static void FluentThrows(string file, FakeTimeProvider clock)
    {
        var open = () => new TerritorySource(file, clock, NullLogger<TerritorySource>.Instance);
        open.Should().Throw<FormatException>().WithMessage("*:4:1: Its parent 'd03' has no row.*");
    }

    /// <summary>Each error begins as it should, and there are no others.</summary>
    private static void Says(IEnumerable<string> errors, string wanted)
    {
        var all = errors.ToList();
        var parts = wanted.Split('|', StringSplitOptions.RemoveEmptyEntries);
        all.Should().HaveCount(parts.Length, string.Join('\n', all));
        for (var i = 0; i < parts.Length; i++)
        {
            all[i].Should().StartWith(parts[i]);
        }
    }
}
