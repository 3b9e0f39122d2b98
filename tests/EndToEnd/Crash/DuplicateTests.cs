using System.Globalization;

namespace PingAnIoT.EndToEnd;

/// <summary>T-03: however often a reading comes, it counts once.</summary>
public sealed class DuplicateTests
{
    private const int Publishers = 8;
    private const int ReadingsPerPublisher = 12_500;
    private const int Crashes = 5;

    [Fact]
    public async Task A_hundred_thousand_readings_of_which_three_in_ten_come_two_to_five_times_raise_what_they_raise_once()
    {
        var random = new Random(3);
        var orders = Enumerable.Range(0, Publishers).Select(_ => Order(random)).ToList();
        await using var server = new PlannedServer("duplicates");
        await server.StartAsync();
        var loads = orders.Select((order, p) => new PlannedLoad(p, i => order[(int)i], order.Length, 4_000)).ToList();
        await using (var fleet = new PlannedFleet(server.Mqtt, loads))
        {
            for (var crash = 1; crash <= Crashes; crash++)
            {
                var until = orders.Sum(o => o.Length) * crash / (Crashes + 1);
                await Until.SoAsync(() => loads.Sum(l => l.AcknowledgedCount) >= until, TimeSpan.FromMinutes(2), $"{until} are acknowledged");
                await server.CrashAsync();
            }

            await fleet.DoneAsync(TimeSpan.FromMinutes(2));
        }

        await server.StopAsync();
        var rows = LedgerContents.Read(server.Data);
        var duplicateRows = rows.Count - rows.Select(r => r.Key).Distinct(StringComparer.Ordinal).Count();
        var transitions = LedgerContents.Transitions(server.Data);
        var expected = await OnceEachAsync();
        var alerts = rows.Where(r => r.Kind == 1).Select(r => r.Alert).ToList();
        var duplicateAlerts = alerts.Count - alerts.Distinct(StringComparer.Ordinal).Count();
        var breaches = rows.Where(r => r.Kind == 7).Select(r => r.Key).ToList();
        var duplicateEscalations = breaches.Count - breaches.Distinct(StringComparer.Ordinal).Count();
        var different = expected.Except(transitions).Concat(transitions.Except(expected)).Count();
        ThreatLine.Print("T-03", orders.Sum(o => o.Length), duplicateRows + duplicateAlerts + duplicateEscalations + different, string.Create(
            CultureInfo.InvariantCulture,
            $"{Publishers * ReadingsPerPublisher:N0} readings, {Crashes} crashes, {duplicateRows} duplicate rows, {duplicateAlerts} duplicate alerts, {duplicateEscalations} duplicate escalations, {different} transitions differ"));
        duplicateRows.Should().Be(0);
        duplicateAlerts.Should().Be(0);
        duplicateEscalations.Should().Be(0);
        different.Should().Be(0);
        alerts.Should().NotBeEmpty();
    }

    private static async Task<List<string>> OnceEachAsync()
    {
        await using var calm = new PlannedServer("once");
        await calm.StartAsync();
        var loads = Enumerable.Range(0, Publishers).Select(p => new PlannedLoad(p, n => n, ReadingsPerPublisher, 0)).ToList();
        await using (var fleet = new PlannedFleet(calm.Mqtt, loads))
        {
            await fleet.DoneAsync(TimeSpan.FromMinutes(2));
        }

        await calm.StopAsync();
        return LedgerContents.Transitions(calm.Data);
    }

    /// <summary>Each number once in order; three in ten come one to four times more, up to 200 places later.</summary>
    private static long[] Order(Random random)
    {
        var places = new List<(double Place, long Number)>();
        for (var n = 0; n < ReadingsPerPublisher; n++)
        {
            places.Add((n, n));
            for (var more = random.Next(10) < 3 ? random.Next(1, 5) : 0; more > 0; more--)
            {
                places.Add((n + 0.5 + (random.NextDouble() * 200), n));
            }
        }

        return [.. places.OrderBy(p => p.Place).Select(p => p.Number)];
    }
}
