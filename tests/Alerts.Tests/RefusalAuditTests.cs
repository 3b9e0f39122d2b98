using Google.Protobuf;
using Google.Protobuf.Reflection;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Refusals are on record, every one of them, and are no flood.</summary>
public sealed class RefusalAuditTests
{
    [Fact]
    public async Task Ten_thousand_refusals_are_two_entries_and_none_is_uncounted()
    {
        await using var kit = new LedgerKit();
        await using (var audit = new RefusalAudit(kit.Open(), kit.Clock))
        {
            Note(10_000);
            await kit.FlushAsync();
            (await CountsAsync()).Should().Equal(1);
            kit.Fake.Advance(TimeSpan.FromMinutes(1));
            await kit.FlushAsync();
            (await CountsAsync()).Should().Equal(1, 9_999);

            Note(3);
            await kit.FlushAsync();
            (await CountsAsync()).Should().HaveCount(2);
            kit.Fake.Advance(TimeSpan.FromMinutes(2));
            await kit.FlushAsync();
            (await CountsAsync()).Should().Equal(1, 9_999, 3);

            Note(2);

            void Note(int count)
            {
                for (var i = 0; i < count; i++)
                {
                    audit.Note("nobody", "AlertService/List", "TokenRefused");
                }
            }
        }

        (await CountsAsync()).Sum().Should().Be(10_005, "what was counted when it stopped is on record too");

        async Task<IReadOnlyList<long>> CountsAsync() => [.. (await kit.EntriesAsync(EntryKind.Refused)).Select(e => e.Body.Refusal!.Count)];
    }

    [Fact]
    public async Task Invented_names_do_not_grow_it()
    {
        await using var kit = new LedgerKit();
        await using (var audit = new RefusalAudit(kit.Open(), kit.Clock))
        {
            for (var i = 0; i < 5_000; i++)
            {
                audit.Note($"name-{i}", "AlertService/List", "PermissionDenied");
            }
        }

        var entries = await kit.EntriesAsync(EntryKind.Refused);
        entries.Count.Should().BeLessThan(1_010);
        entries.Sum(e => e.Body.Refusal!.Count).Should().Be(5_000);
    }

    [Fact]
    public async Task What_was_reached_for_is_on_record_each_once_and_whose_it_is()
    {
        await using var kit = new LedgerKit();
        await using var audit = new RefusalAudit(kit.Open(), kit.Clock);
        kit.Ledger.Post(new Plant().To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        var id = kit.OnlyAlert().Id;
        audit.Note("li", "AlertService/Get", "NotFound", new Reached("alert", id));
        audit.Note("li", "AlertService/List", "PermissionDenied");
        for (var i = 0; i < 40; i++)
        {
            audit.Note("li", "AlertService/Get", "NotFound", new Reached("alert", $"A-{i % 20}"));
        }

        kit.Fake.Advance(TimeSpan.FromMinutes(1));
        await kit.FlushAsync();
        var refused = (await kit.EntriesAsync(EntryKind.Refused)).Select(e => e.Body.Refusal!).ToList();
        refused.Select(r => r.Count).Should().Equal(1, 1, 40);
        refused[0].Reached.Should().Equal(new Reached("alert", id, "d01/s03/c07"));
        refused[1].Reached.Should().BeNull();
        refused[2].Reached.Should().Equal(Enumerable.Range(0, RefusalAudit.MostReached).Select(i => new Reached("alert", $"A-{i}")));
    }

    [Theory]
    [InlineData("AlertService/Get", """{"id":"K7QM"}""", "alert K7QM")]
    [InlineData("AlertService/List", """{"territory":"d01/s04","device":"gp-1"}""", "territory d01/s04")]
    [InlineData("AlertService/List", "{}", null)]
    [InlineData("AlertService/Get", """{"id":"a\u0001b"}""", null)]
    [InlineData("IncidentService/GetIncident", """{"id":"7"}""", "id 7")]
    [InlineData("NoticeService/ListNotices", """{"alertId":"K7QM"}""", "alert K7QM")]
    [InlineData("NoticeService/RetryNotice", """{"key":"K7QM/3/li/hook"}""", "alert K7QM")]
    [InlineData("NoticeService/RetryNotice", """{"key":"anything"}""", "key anything")]
    [InlineData("MaintenanceService/PlanMaintenance", """{"window":{"scope":{"territory":"d01/s04","device":"gp-1"}}}""", "window.scope.territory d01/s04")]
    [InlineData("FleetService/GetDevice", """{"kind":"gas-pipe","device":"gp-1"}""", "device gp-1")]
    [InlineData("DutyService/SetRoster", """{"roster":{"territory":"d01/s04"}}""", "roster.territory d01/s04")]
    [InlineData("DutyService/CreateOfficer", """{"officer":{"name":"li","territory":"d01/s04"},"password":"secret"}""", "officer.territory d01/s04")]
    [InlineData("DutyService/SetPassword", """{"name":"li","password":"secret"}""", "name li")]
    public void A_request_says_what_it_is_about(string call, string json, string? reached)
    {
        var parts = call.Split('/');
        var method = typeof(V1.Alert).Assembly.GetTypes().Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal) && t.Namespace == typeof(V1.Alert).Namespace)
            .SelectMany(t => ((FileDescriptor)t.GetProperty("Descriptor")!.GetValue(null)!).Services).Single(s => s.Name == parts[0]).FindMethodByName(parts[1]);
        var found = RefusalReach.Of($"/pingan.alerts.v1.{call}", JsonParser.Default.Parse(json, method.InputType));
        (found is null ? null : $"{found.Sort} {found.Name}").Should().Be(reached);
    }
}
