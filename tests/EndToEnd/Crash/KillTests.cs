using System.Globalization;
using PingAnIoT.Alerts.Tests;

namespace PingAnIoT.EndToEnd;

/// <summary>T-01: what was acknowledged is in the journal and judged as if nothing had happened, however often the process dies.</summary>
public class KillTests
{
    private const int Publishers = 8;
    private const double MessagesPerSecond = 1_000;

    /// <summary>How often it is killed unless PINGAN_KILL_CYCLES says otherwise.</summary>
    protected virtual int Cycles => 50;

    protected virtual string Note => "";

    protected virtual PlannedServer NewServer(string name) => new(name);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_no_alert_differs_after_kill_9_at_random_moments()
    {
        var cycles = int.Parse(Environment.GetEnvironmentVariable("PINGAN_KILL_CYCLES") ?? Cycles.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("PINGAN_SEED") ?? "20261", CultureInfo.InvariantCulture);
        Console.Out.WriteLine($"T-01 seed {seed} (PINGAN_SEED)");
        var random = new Random(seed);
        await using var killed = NewServer("kill");
        await killed.StartAsync();
        var loads = Enumerable.Range(0, Publishers).Select(p => new PlannedLoad(p, n => n, long.MaxValue, MessagesPerSecond)).ToList();
        long resent;
        await using (var fleet = new PlannedFleet(killed.Mqtt, loads))
        {
            for (var cycle = 0; cycle < cycles; cycle++)
            {
                await Until.PassedAsync(TimeSpan.FromMilliseconds(random.Next(50, 400)));
                await killed.CrashAsync();
            }

            // However few of them a slow machine has let through between two kills: enough for every rule to have had something to say.
            await Until.SoAsync(
                () => loads.All(l => l.PublishedCount > PlannedMessages.AllPlateaus) && loads.Sum(l => l.AcknowledgedCount) > cycles * 50, TimeSpan.FromSeconds(120), "all is said");
            loads.ForEach(l => l.IsStopped = true);
            await fleet.DoneAsync(TimeSpan.FromSeconds(120));
            resent = fleet.Counters.Resent;
        }

        await killed.StopAsync();
        var journal = JournalContents.Read(killed.Data, out var damaged);
        var lost = loads.Select((load, p) => load.Acknowledged.Count(n => !journal.ContainsKey((PlannedMessages.Device(p, n), n % PlannedMessages.PerDevice)))).Sum();
        var integrity = (await PinganProcess.VerbAsync(killed.Environment, "verify")).ExitCode == 0 ? 0 : 1;
        var different = await DifferencesAsync(loads, killed.Transitions());
        var restart = killed.StartTimes.Skip(1).Max();
        ThreatLine.Print("T-01", cycles, lost + integrity + different.Count, string.Create(
            CultureInfo.InvariantCulture,
            $"{Note}{loads.Sum(l => l.AcknowledgedCount):N0} acknowledged, {resent:N0} sent again, {lost} lost, {different.Count} transitions differ, {integrity} integrity failures, {damaged} bytes damaged, slowest restart {restart.TotalSeconds:F2} s"));
        lost.Should().Be(0);
        integrity.Should().Be(0);
        different.Should().BeEmpty();
    }

    /// <summary>The same messages through a server that nobody kills.</summary>
    private static async Task<List<string>> DifferencesAsync(List<PlannedLoad> loads, List<string> transitions)
    {
        await using var calm = new PlannedServer("calm");
        await calm.StartAsync();
        var same = loads.Select((l, p) => new PlannedLoad(p, n => n, l.PublishedCount, 0)).ToList();
        await using (var fleet = new PlannedFleet(calm.Mqtt, same))
        {
            await fleet.DoneAsync(TimeSpan.FromMinutes(5));
        }

        await calm.StopAsync();
        var expected = LedgerContents.Transitions(calm.Data);
        expected.Should().HaveCountGreaterThan(Publishers);
        return [.. expected.Except(transitions).Select(t => "missing " + t), .. transitions.Except(expected).Select(t => "not expected " + t)];
    }
}

/// <summary>T-01 with the ledger on PostgreSQL; the server that comes back has to get the lock of the one that was killed.</summary>
public sealed class KillOnPostgresTests : KillTests, IDisposable
{
    private readonly PostgresServer postgres = new();

    protected override int Cycles => 25;

    protected override string Note => "ledger on PostgreSQL; ";

    public void Dispose() => postgres.Dispose();

    protected override PlannedServer NewServer(string name) => new(name, postgres.Connection(postgres.NewSchema()));
}
