using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>Who stands in for a street whose people are not on duty sees what he is told of and may act on it, as long as he does; on a stream, too.</summary>
public sealed class StandInTests
{
    private const string Password = "correct horse battery";

    /// <summary>A minute before the end of the day's shift.</summary>
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 24, 19, 59, 0, TimeSpan.Zero));

    [Fact]
    public async Task Who_is_told_sees_and_acts_and_who_is_not_does_not()
    {
        await using var city = await CityAsync();
        var (li, wu) = (await OfficerTests.SignInAsync(city, "li"), await OfficerTests.SignInAsync(city, "wu"));
        await city.PostAsync(new Plant("gp-1", "d01/s04").To(Severity.Red), new Plant("gp-2", "d01/s04/c01").To(Severity.Red));
        var id = city.Ledger.Book.Alerts.Values.Single(a => a.Device == "gp-1").Id;
        Task<V1.GetResponse> GetAsync(Metadata who) => city.Alerts.GetAsync(new V1.GetRequest { Id = id }, who).ResponseAsync;
        await OfficerTests.Refused(() => GetAsync(li), StatusCode.NotFound);

        clock.Advance(TimeSpan.FromMinutes(1));
        (await GetAsync(li)).Alert.Device.Should().Be("gp-1", "chen's shift is over, and nobody else of the street is there");
        (await city.Alerts.ListAsync(new V1.ListRequest(), li)).Alerts.Select(a => a.Device).Should().Equal(["gp-1"], "what lies in the street is told to others");
        await city.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = id }, li);
        (await GetAsync(li)).History.Select(e => (e.Type, e.Actor, e.StandsIn)).Should().Contain((V1.EventType.Acknowledged, "li", true));
        (await city.Ledger.ReadEntriesAsync(0, 1000, TestServer.Cancel)).Should().NotContain(e => e.Kind == EntryKind.ActedOffDuty);
        await OfficerTests.Refused(
            () => city.Alerts.TakeOutOfServiceAsync(new V1.TakeOutOfServiceRequest { Id = id, Note = "x" }, li).ResponseAsync, StatusCode.FailedPrecondition);
        await OfficerTests.Refused(() => GetAsync(wu), StatusCode.NotFound);
        await OfficerTests.Refused(() => city.Alerts.CommentAsync(new V1.CommentRequest { Id = id, Note = "x" }, wu).ResponseAsync, StatusCode.NotFound);

        await OverrideAsync(city, instead: "chen");
        await OfficerTests.Refused(() => GetAsync(li), StatusCode.NotFound);
        await OfficerTests.Refused(() => city.Alerts.DispatchAsync(new V1.DispatchRequest { Id = id, To = "x" }, li).ResponseAsync, StatusCode.NotFound);
        (await GetAsync(await OfficerTests.SignInAsync(city, "chen"))).History.Should().Contain(e => e.Type == V1.EventType.Acknowledged && e.StandsIn);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_stream_has_what_is_open_when_the_shift_changes_and_what_comes_until_it_changes_again(long after)
    {
        await using var city = await CityAsync();
        var li = await OfficerTests.SignInAsync(city, "li");
        var street = new Plant("gp-1", "d01/s04");
        await city.PostAsync(street.To(Severity.Yellow), new Plant("gp-2", "d01/s04/c01").To(Severity.Red));
        var red = city.Ledger.Book.Alerts.Values.Single(a => a.Device == "gp-1");
        using var watcher = Watcher.Of(city, after, li);
        if (after == 0)
        {
            // What is raised before the open book has been sent is in it, and no event.
            await watcher.NextAsync(V1.WatchResponse.ContentOneofCase.SnapshotEnd);
        }

        await OwnAsync(city, watcher, "gp-own-1", []);
        city.Host.Streams.IsAttended(red).Should().BeFalse();

        clock.Advance(TimeSpan.FromMinutes(1));
        (await watcher.NextAsync(V1.WatchResponse.ContentOneofCase.Snapshot)).Snapshot.Device.Should().Be("gp-1");
        await city.PostAsync(street.To(Severity.Red), new Plant("gp-3", "d01/s04/c01").To(Severity.Red));
        (await watcher.NextAsync(V1.WatchResponse.ContentOneofCase.Event)).Event.Should().Match<V1.AlertEvent>(e => e.Alert.Device == "gp-1" && e.ToSeverity == V1.Severity.Red);
        city.Host.Streams.IsAttended(red).Should().BeTrue();

        // Who comes now, or again, has it from the beginning.
        using var other = Watcher.Of(city, after == 0 ? 0 : city.Ledger.Book.Sequence, li);
        (await other.NextAsync(V1.WatchResponse.ContentOneofCase.Snapshot)).Snapshot.Device.Should().Be("gp-1", "red comes first");

        await OverrideAsync(city, instead: "chen");
        await city.PostAsync(street.To(Severity.Normal));
        await OwnAsync(city, watcher, "gp-own-2", ["gp-1"]);
    }

    /// <summary>One of his own street comes, and before it nothing of those.</summary>
    private static async Task OwnAsync(TestServer city, Watcher watcher, string device, string[] notBefore)
    {
        await city.PostAsync(new Plant(device, "d01/s03/c01").To(Severity.Green));
        var next = (await watcher.NextAsync(V1.WatchResponse.ContentOneofCase.Event)).Event.Alert.Device;
        next.Should().Be(device, $"not one of [{string.Join(',', notBefore)}]");
    }

    private async Task OverrideAsync(TestServer city, string instead)
    {
        var now = clock.GetUtcNow();
        var change = new V1.DutyOverride
        {
            Territory = "d01/s04", Instead = instead,
            From = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(now.AddSeconds(-1)), To = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(now.AddHours(1)),
        };
        await new V1.DutyService.DutyServiceClient(city.Channel).SetOverrideAsync(new V1.SetOverrideRequest { Override = change }, await OfficerTests.SignInAsync(city, "chief"));
    }

    /// <summary>Two streets of one district: in d01/s03 li is on duty day and night and wu never, in d01/s04 chen from 8 to 20 o'clock.</summary>
    private async Task<TestServer> CityAsync()
    {
        var city = await TestServer.StartAsync(
            o =>
            {
                var territories = Path.Combine(o.Data, "territories.csv");
                File.WriteAllText(territories, "path,zh\nd01,东城\nd01/s03,三街\nd01/s04,四街\nd01/s04/c01,一社区\n");
                return o with { Territories = territories, Officers = new OfficersSection { Local = true } };
            },
            time: clock);
        var chief = await OfficerTests.MakeChiefAsync(city);
        var duty = new V1.DutyService.DutyServiceClient(city.Channel);
        foreach (var (name, territory) in new[] { ("li", "d01/s03"), ("wu", "d01/s03"), ("chen", "d01/s04") })
        {
            var officer = new V1.DutyOfficer { Name = name, Territory = territory, Roles = { V1.Role.Officer, V1.Role.Supervisor } };
            await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = officer, Password = Password }, chief);
        }

        foreach (var (territory, name, from, to) in new[] { ("d01/s03", "li", "00:00", "24:00"), ("d01/s04", "chen", "08:00", "20:00") })
        {
            var roster = new V1.Roster { Territory = territory, Zone = "UTC", Start = "2026-11-20", RotateDays = 7 };
            roster.Shifts.Add(new V1.RosterShift { Name = "x", From = from, To = to });
            roster.Teams.Add(new V1.RosterTeam { Officers = { name } });
            await duty.SetRosterAsync(new V1.SetRosterRequest { Roster = roster }, chief);
        }

        return city;
    }
}
