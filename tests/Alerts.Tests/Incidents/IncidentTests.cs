using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Incidents beside a list that a person could keep: whatever comes, in whatever order people and plants act, and however often the server starts anew.</summary>
public sealed class IncidentTests
{
    private static readonly Severity[] Colours = [Severity.Green, Severity.Yellow, Severity.Red, Severity.Fault];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_book_has_the_incidents_that_its_entries_make_live_and_after_every_start()
    {
        var (incidents, joined) = (0, 0);
        for (var seed = 1; seed <= 12; seed++)
        {
            var random = new Random(seed);
            await using var kit = new LedgerKit();
            kit.Options = kit.Options with { Synchronous = "OFF", Deadlines = PolicyFile.Parse("incidents: { within: 10m }\ndeadlines: {}", "p").Policy! };
            kit.Open();
            var plants = Plants();
            var oracle = new IncidentOracle(TimeSpan.FromMinutes(10));
            var cursor = 0L;
            for (var step = 0; step < 120; step++)
            {
                await ActAsync(kit, plants, random);
                foreach (var entry in await kit.Ledger.ReadEntriesAsync(cursor, 1000, Cancel))
                {
                    cursor = entry.Sequence;
                    oracle.Take(entry);
                }

                var open = Incident.Of(kit.Ledger.Book.Alerts.Values).Where(i => i.IsOpen).ToList();
                open.Select(IncidentOracle.Line).Should().Equal(oracle.Lines(), $"seed {seed}, step {step}");
                (await Task.WhenAll(oracle.Alerts.Select(a => kit.Ledger.FindAlertAsync(a.Id, Cancel)))).Select(a => a!.Incident!.Id)
                    .Should().Equal(oracle.Alerts.Select(a => a.Incident), $"an alert is in one incident, for good: seed {seed}, step {step}");
            }

            incidents += oracle.Alerts.Select(a => a.Incident).Distinct().Count();
            joined += oracle.Alerts.Count;
            await kit.CloseAsync();
            LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
        }

        joined.Should().BeGreaterThan(incidents + 30, "or else nothing was grouped");
        incidents.Should().BeGreaterThan(50, "or else all was one");
    }

    [Fact]
    public void The_index_is_a_fold_of_the_live_alerts_in_any_order_whatever_was_thrown_away()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var live = new IncidentIndex();
            var alerts = new Dictionary<string, Alert>(StringComparer.Ordinal);
            for (var step = 1; step <= 60; step++)
            {
                var draft = new Dictionary<string, Alert>(alerts, StringComparer.Ordinal);
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    var before = draft.Values.ElementAtOrDefault(random.Next(draft.Count + 1));
                    var after = before is null ? Some(random, draft.Count, step) : before with
                    {
                        Work = random.Next(2) == 0 ? WorkState.Closed : WorkState.Raised, Condition = random.Next(2) == 0 ? AlertCondition.Normal : AlertCondition.Active,
                    };
                    live.Apply(before, after);
                    draft[after.Id] = after;
                }

                if (random.Next(3) == 0)
                {
                    live.Rollback();
                }
                else
                {
                    live.Commit();
                    alerts = draft;
                }

                var anew = new IncidentIndex();
                var order = alerts.Values.Where(a => a.IsLive).ToArray();
                random.Shuffle(order);
                Array.ForEach(order, a => anew.Apply(null, a));
                for (var place = 0; place < 3; place++)
                {
                    var where = new IncidentPlace(IncidentCause.Hazard, "d01", $"u{place}");
                    for (var within = 0; within < 80; within += 7)
                    {
                        live.Find(where, step, within).Should().Be(anew.Find(where, step, within), $"seed {seed}, step {step}");
                    }

                    live.OfDeadGateway($"u{place}").Should().Be(anew.OfDeadGateway($"u{place}"), $"seed {seed}, step {step}");
                }
            }
        }
    }

    [Fact]
    public async Task An_incident_is_open_until_its_last_alert_is_closed_and_is_read_afterwards_with_all_of_them()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        var plants = Plants().Take(2).ToList();
        foreach (var plant in plants)
        {
            await PostAsync(kit, plant.To(Severity.Yellow, kit.Now));
        }

        var alerts = kit.Ledger.Book.Alerts.Values.OrderBy(a => a.FirstSequence).ToList();
        var id = alerts[0].Incident!.Id;
        alerts.Should().OnlyContain(a => a.Incident!.Id == id);
        foreach (var (alert, left) in alerts.Zip([1, 0]))
        {
            var command = new AlertCommand(alert.Id, new Officer("wang"), "a" + alert.Id, "x");
            await kit.Ledger.AcknowledgeAsync(command, Cancel);
            await PostAsync(kit, plants[alerts.IndexOf(alert)].To(Severity.Normal, kit.Now));
            (await kit.Ledger.CloseAsync(command with { IdempotencyKey = "c" + alert.Id }, Verdict.False, Cancel)).IsDone.Should().BeTrue();
            Incident.Of(kit.Ledger.Book.Alerts.Values).Where(i => i.IsOpen).Sum(i => i.Alerts).Should().Be(left);
        }

        await kit.ReopenAsync();
        var page = await IncidentList.ReadAsync(kit.Ledger, new Officer("wang"), id, withClosed: false, 0, 1, Cancel);
        page.Incident!.Should().Match<Incident>(i => !i.IsOpen && i.Alerts == 2 && i.Peak == Severity.Yellow && i.Colour == Severity.Normal && i.Id == id);
        page.Alerts.Single().Id.Should().Be(alerts[0].Id);
        var rest = await IncidentList.ReadAsync(kit.Ledger, new Officer("wang"), id, withClosed: false, page.Next!.Value, 1, Cancel);
        (rest.Alerts.Single().Id, rest.Next).Should().Be((alerts[1].Id, null));
        (await IncidentList.ReadAsync(kit.Ledger, new Officer("li", "d02"), id, withClosed: true, 0, 10, Cancel)).Incident.Should().BeNull("another street's is not told of");
    }

    /// <summary>A gateway has devices in several streets: each officer sees and counts his own.</summary>
    [Fact]
    public async Task An_officer_counts_of_an_incident_only_what_is_his()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        await PostAsync(kit, Gateway("gw-1").To(Severity.Fault, kit.Now));
        foreach (var (device, territory) in (IEnumerable<(string, string)>)[("a", "d01/s03/c01"), ("b", "d01/s03/c02"), ("c", "d01/s04/c01")])
        {
            await PostAsync(kit, At(device, territory, "u", "gw-1").To(Severity.Fault, kit.Now));
        }

        Incident.Of(kit.Ledger.Book.Alerts.Values).Should().ContainSingle().Which.Alerts.Should().Be(4);
        (await OpenAsync(kit, new Officer("wang", "d01/s03"))).Single().Alerts.Should().Be(3, "a gateway is of no street, and everybody's");
        (await OpenAsync(kit, new Officer("li", "d01/s04"))).Single().Alerts.Should().Be(2);
    }

    private static Task<List<Incident>> OpenAsync(LedgerKit kit, Officer officer) => kit.Ledger.Desk.ListAsync(
        officer, o => IncidentList.Open(o, officer, _ => true, long.MaxValue, 10).ConvertAll(i => i.Read()), Cancel);

    private static Alert Some(Random random, int number, int step)
    {
        var isGateway = random.Next(3) == 0;
        var name = $"u{random.Next(3)}";
        return NoticeMessage.NoAlert($"a{number}", step) with
        {
            Kind = isGateway ? Catalog.GatewayKind : "gas-pipe", Device = isGateway ? name : $"d{number}", Territory = isGateway ? "" : "d01", OwnerUnit = isGateway ? "" : name,
            Condition = AlertCondition.Active, FirstSequence = (step * 1000) + number,
            Incident = new IncidentRef(1 + random.Next(step), isGateway ? IncidentCause.Gateway : IncidentCause.Hazard, step - random.Next(20)) is var i && !isGateway
                ? i with { Id = (i.OpenedMicros * 10) + int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture) + 1000 } : i,
        };
    }

    private static List<Plant> Plants() =>
    [
        At("a", "d01/s03/c01/g01", "酒店", "gw-1"), At("b", "d01/s03/c01/g01", "酒店", "gw-2"), At("c", "d01/s03/c01/g01", "", "gw-1"),
        At("d", "d01/s03/c01/g02", "酒店", "gw-1"), At("e", "", "", "gw-2"), At("f", "d01/s03/c01/g01", "", "gw-2"), At("h", "d01/s03/c01/g02", "", "gw-1", "gw-2"), Gateway("gw-1"), Gateway("gw-2"),
    ];

    private static Plant At(string device, string territory, string unit, params string[] gateways) => new(device)
    {
        Device = new DeviceRecord { Device = device, Kind = 0, Gateways = gateways, Territory = territory, OwnerUnit = unit },
    };

    private static Plant Gateway(string name)
    {
        var kind = Catalog.Default.Kinds.ToList().FindIndex(k => k.Name == Catalog.GatewayKind);
        return new Plant(name, "gateway-offline")
        {
            Kind = Catalog.GatewayKind, Device = new DeviceRecord { Device = name, Kind = kind },
            Rule = new Plant(name, "gateway-offline").Rule with { Kind = kind },
        };
    }

    private static async Task PostAsync(LedgerKit kit, Transition transition)
    {
        kit.Ledger.Post(transition);
        await kit.FlushAsync();
    }

    private static async Task ActAsync(LedgerKit kit, List<Plant> plants, Random random)
    {
        kit.Fake.Advance(TimeSpan.FromSeconds(random.Next(1, 60)));
        switch (random.Next(12))
        {
            case 0:
                await kit.ReopenAsync();
                break;
            case < 3 when kit.Ledger.Book.Alerts.Values.OrderBy(a => a.Id, StringComparer.Ordinal).ToList() is { Count: > 0 } alerts:
                var alert = alerts[random.Next(alerts.Count)];
                var command = new AlertCommand(alert.Id, new Officer(random.Next(2) == 0 ? "wang" : "li"), $"k{kit.Now}", "x");
                await kit.Ledger.AcknowledgeAsync(command, Cancel);
                await kit.Ledger.CloseAsync(command with { IdempotencyKey = $"c{kit.Now}", Officer = new Officer("zhang") }, Verdict.False, Cancel);
                break;
            default:
                var plant = plants[random.Next(plants.Count)];
                var to = plant.Kind == Catalog.GatewayKind ? Severity.Fault : Colours[random.Next(4)];
                var isActive = kit.Ledger.Book.Alerts.Values.Any(a => a.Device == plant.Device.Device && a.IsActive);
                await PostAsync(kit, plant.To(isActive && random.Next(2) == 0 ? Severity.Normal : to, kit.Now));
                break;
        }
    }
}
