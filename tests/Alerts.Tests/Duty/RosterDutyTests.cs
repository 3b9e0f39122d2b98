namespace PingAnIoT.Alerts.Tests;

/// <summary>Who is told: those on duty where a roster is, the contacts as ever where there is none.</summary>
public sealed class RosterDutyTests
{
    private static readonly ContactConfig[] Contacts =
    [
        new("d01/s03", new Recipient("a", ["sms"])), new("d01/s03", new Recipient("b", ["sms"])), new("d01/s03", new Recipient("room", ["robot"])), new("", new Recipient("city", ["mail"])),
    ];

    private static readonly long Morning = (LedgerKit.Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    [Theory]
    [InlineData("a:b", 9, "d01/s03/c07", "a")]
    [InlineData("a:b", 21, "d01/s03/c07", "b")]
    [InlineData("a:b", 9, "d01/s04", "city")]
    [InlineData("a:b", 9, "", "city")]
    [InlineData("x:y", 9, "d01/s03", "a,b,room")]
    [InlineData("", 9, "d01/s03", "a,b,room")]
    public void Told_are(string teams, int hour, string territory, string names)
    {
        var book = DutyBook.Empty;
        if (teams.Length > 0)
        {
            var roster = DutyKit.DayAndNight with { Teams = [.. teams.Split(':').Select(t => new[] { t })] };
            book = book with { Posts = book.Posts.Add((DutyKit.Street, OfficerRoles.Officer), DutyPost.Empty.With(roster)) };
        }

        var config = new NoticeConfig { Contacts = Contacts };
        var duty = new RosterDuty(() => book, () => TerritoryTree.Empty, () => Contacts, new ContactRoster(() => config));
        string.Join(',', duty.OnDuty(territory, OfficerRoles.Officer, Morning + ((hour - 8) * DutyKit.Hour)).Select(r => r.Name)).Should().Be(names);
    }

    [Theory]
    [InlineData("d01/s03:boss", "", "d01/s03", "boss")]
    [InlineData("d01:chief", "", "d01/s03", "chief")]
    [InlineData("d01/s04:other", "", "d01/s03", "a")]
    [InlineData("", "d01/s03:boss", "d01/s03", "boss")]
    [InlineData("", "d01:chief", "d01/s03", "chief")]
    [InlineData("d01:chief", "d01/s03:boss", "d01/s03", "boss")]
    [InlineData("d01/s03:boss", "d01/s03:chief", "d01/s03", "boss")]
    [InlineData("d01/s03:stranger", "", "d01/s03", "a")]
    [InlineData("", "", "d01/s03", "a")]
    public void Told_as_supervisor_are_those_on_duty_then_the_places_own_then_those_above_and_else_who_is_on_duty(string onDuty, string own, string territory, string names)
    {
        ContactConfig[] contacts =
        [
            new("d01/s03", new Recipient("a", ["sms"])), new("d01/s03", new Recipient("b", ["sms"])), new("d09", new Recipient("boss", ["sms"])), new("d09", new Recipient("chief", ["sms"])),
            new("d09", new Recipient("other", ["sms"])),
        ];
        contacts = [.. contacts.Select(c => own.Split(':') is [var place, var name] && c.Recipient.Name == name ? c with { Territory = place, Role = OfficerRoles.Supervisor } : c)];
        var posts = DutyBook.Empty.Posts.Add((DutyKit.Street, OfficerRoles.Officer), DutyPost.Empty.With(DutyKit.DayAndNight));
        if (onDuty.Split(':') is [var where, var who])
        {
            var roster = DutyKit.DayAndNight with { Territory = where, Role = OfficerRoles.Supervisor, Teams = [[who], [who]] };
            posts = posts.Add((where, OfficerRoles.Supervisor), DutyPost.Empty.With(roster));
        }

        var config = new NoticeConfig { Contacts = contacts };
        var duty = new RosterDuty(() => DutyBook.Empty with { Posts = posts }, () => TerritoryTree.Empty, () => contacts, new ContactRoster(() => config));
        string.Join(',', duty.OnDuty(territory, OfficerRoles.Supervisor, Morning + DutyKit.Hour).Select(r => r.Name)).Should().Be(names);
    }

    /// <summary>A control room and a street's office are contacts for any role and no officers; the city has a chief.</summary>
    [Theory]
    [InlineData("d01/s03", "d01/s03", true, "room")]
    [InlineData("d01/s03", "d01/s03", false, "room")]
    [InlineData("d01/s03", "d01/s03/c07", true, "room")]
    [InlineData("d01", "d01/s05", true, "district")]
    [InlineData("d01/s03", "d02/s01", true, "li")]
    [InlineData("d02", "d02/s01", true, "chief")]
    [InlineData("d01/s03", "d09", true, "chief")]
    public void Who_is_a_contact_for_any_role_and_no_officer_is_told_as_supervisor_before_those_above(string rostered, string territory, bool isInBook, string names)
    {
        ContactConfig[] contacts =
        [
            new("d01/s03", new Recipient("a", ["sms"])), new("d01/s03", new Recipient("room", ["sms"])), new("d01", new Recipient("district", ["sms"])),
            new("d02/s01", new Recipient("li", ["sms"])), new("", new Recipient("chief", ["sms"]), OfficerRoles.Supervisor),
        ];
        var post = DutyPost.Empty.With(DutyKit.DayAndNight with { Territory = rostered });
        var book = DutyBook.Empty with { Posts = DutyBook.Empty.Posts.Add((rostered, OfficerRoles.Officer), post) };
        if (isInBook)
        {
            foreach (var (name, place) in new[] { ("a", "d01/s03"), ("b", "d01/s03"), ("li", "d02/s01") })
            {
                book = book with { Officers = book.Officers.Add(name, new OfficerRecord(name, "", "", OfficerRoles.Officer, place)) };
            }
        }

        var config = new NoticeConfig { Contacts = contacts };
        var duty = new RosterDuty(() => book, () => TerritoryTree.Empty, () => contacts, new ContactRoster(() => config));
        string.Join(',', duty.OnDuty(territory, OfficerRoles.Supervisor, Morning + DutyKit.Hour).Select(r => r.Name)).Should().Be(names);
    }

    [Fact]
    public async Task A_notice_goes_to_who_is_on_duty_when_it_happens_and_to_nobody_else()
    {
        await using var notices = new NoticeKit("""
            hosts: [example.org]
            channels: [{ name: hook, type: webhook, url: "https://example.org/" }]
            contacts:
              - { name: a, territory: d01/s03, channels: [hook] }
              - { name: b, territory: d01/s03, channels: [hook] }
            """);
        notices.Kit.Open();
        var roster = new RosterDuty(() => notices.Kit.Ledger.Book.Duty, () => TerritoryTree.Empty, () => notices.Config.Contacts, new ContactRoster(() => notices.Config));
        await using var office = notices.MakeOffice(notices, roster);
        notices.Kit.Ledger.Post(notices.At("gp-1", "d01/s03/c07").To(Rules.Severity.Yellow, notices.Kit.Now));
        await notices.Kit.FlushAsync();
        await office.RunOnceAsync(TestContext.Current.CancellationToken);
        notices.Sent.Select(s => s.Message.Recipient.Name).Should().BeEquivalentTo(["a", "b"], "no roster yet: the contacts of the place");
        var request = new DutyRequest(DutyKit.Supervisor, "", TerritoryTree.Empty);
        await notices.Kit.Ledger.DecideAsync(t => RosterCommands.Set(t, request, DutyKit.DayAndNight), TestContext.Current.CancellationToken);
        notices.Sent.Clear();
        notices.Kit.Fake.Advance(TimeSpan.FromHours(13));
        notices.Kit.Ledger.Post(notices.At("gp-2", "d01/s03/c08").To(Rules.Severity.Yellow, notices.Kit.Now));
        await notices.Kit.FlushAsync();
        await office.RunOnceAsync(TestContext.Current.CancellationToken);
        notices.Sent.Where(s => s.Message.Alert.Device == "gp-2").Select(s => s.Message.Recipient.Name).Should().Equal("b");
    }
}
