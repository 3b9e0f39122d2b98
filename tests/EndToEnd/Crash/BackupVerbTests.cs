using PingAnIoT.Alerts.Tests;

namespace PingAnIoT.EndToEnd;

/// <summary>The verbs <c>backup</c> and <c>restore</c>, beside a running server and from one database into the other.</summary>
public sealed class BackupVerbTests
{
    [Fact]
    public async Task A_running_servers_ledger_is_backed_up_and_restored_into_the_other_database()
    {
        using var postgres = new PostgresServer();
        await using var server = new PlannedServer("backup");
        await server.StartAsync();
        await using (var fleet = new PlannedFleet(server.Mqtt, [new PlannedLoad(0, n => n, 3_000, 0), new PlannedLoad(1, n => n, 3_000, 0)]))
        {
            await fleet.DoneAsync(TimeSpan.FromMinutes(5));
        }

        var file = Path.Combine(server.Data, "ledger.backup");
        var taken = await PinganProcess.VerbAsync(server.Environment, "backup", "--to", file);
        taken.ExitCode.Should().Be(0, taken.ToString());
        taken.Output.Should().MatchRegex("^backed up: [0-9]+ entries, hash [0-9a-f]{64}\n$");
        (await PinganProcess.VerbAsync(server.Environment, "backup", "--to", file)).ExitCode.Should().Be(1, "it is there already");
        (await PinganProcess.VerbAsync(server.Environment, "restore", file)).ExitCode.Should().Be(1, "the ledger has entries");
        await server.StopAsync();

        await using var other = new PlannedServer("restored", postgres.Connection(postgres.NewSchema()));
        var restored = await PinganProcess.VerbAsync(other.Environment, "restore", file);
        restored.Output.Should().Be(taken.Output.Replace("backed up", "restored", StringComparison.Ordinal), restored.ToString());
        var verified = await PinganProcess.VerbAsync(other.Environment, "verify");
        verified.ExitCode.Should().Be(0, verified.ToString());
        await other.StartAsync();
        await other.StopAsync();
        other.Transitions().Should().NotBeEmpty().And.BeSubsetOf(server.Transitions());
    }

    [Fact]
    public async Task What_is_wrong_with_the_setting_is_said_and_nothing_secret_with_it()
    {
        var refused = await PinganProcess.VerbAsync(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PingAn__Ledger__Postgres"] = "Host=db.example;Database=d;Password=hunter2" }, "verify");
        refused.ExitCode.Should().Be(2);
        refused.Errors.Trim().Should().Be("PingAn:Ledger:Postgres goes to db.example in clear text: set SSL Mode to VerifyFull (or Require).");
    }
}
