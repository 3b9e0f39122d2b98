using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What can befall a ledger only where its database is another process at the other end of a wire.</summary>
[OnPostgres]
public sealed class PostgresFaultTests
{
    private const int Seed = 1515;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static PostgresServer Server => OnPostgresAttribute.Server;

    [Fact]
    public async Task T04_a_commit_whose_answer_is_lost_counts_once()
    {
        await using var kit = new LedgerKit();
        using var wire = new CuttingWire(Server.Port);
        kit.Options = kit.Options with { Postgres = Over(kit, wire), GroupCapacity = 16, LongestBackOff = TimeSpan.FromMilliseconds(10) };
        var ledger = kit.Open();
        var lives = Plant.RandomLives(new Random(Seed), devices: 30, transitions: 400, kit.Now);
        foreach (var part in lives.Chunk(40))
        {
            wire.LoseAnswers(1);
            Array.ForEach(part, ledger.Post);
            await kit.FlushAsync();
        }

        wire.LoseAnswers(0);
        await MustHoldOnceAsync(kit, lives, $"PostgreSQL; {wire.LostAnswers} commits whose answer was lost");
        wire.LostAnswers.Should().BeGreaterThan(5);
    }

    [Fact]
    public async Task T04_a_wire_that_is_cut_at_any_moment_loses_and_doubles_nothing()
    {
        var random = new Random(Seed);
        await using var kit = new LedgerKit();
        using var wire = new CuttingWire(Server.Port);
        var cuts = 0;
        var armed = true;
        kit.Options = kit.Options with
        {
            Postgres = Over(kit, wire), GroupCapacity = 16, LongestBackOff = TimeSpan.FromMilliseconds(10),
            BeforeStep = step =>
            {
                if (Volatile.Read(ref armed) && step is not "open" && random.NextDouble() < (step == "run" ? 0.02 : 0.2))
                {
                    cuts++;
                    wire.Cut();
                }
            },
        };
        var ledger = kit.Open();
        var lives = Plant.RandomLives(random, devices: 30, transitions: 400, kit.Now);
        lives.ForEach(ledger.Post);
        await kit.FlushAsync();
        Volatile.Write(ref armed, false);
        await MustHoldOnceAsync(kit, lives, string.Create(CultureInfo.InvariantCulture, $"PostgreSQL; seed {Seed}, wire cut {cuts} times"));
        cuts.Should().BeGreaterThan(5);
    }

    /// <summary>The server is told of hundreds of rows at a time: that it refuses one shows when another's work has it told.</summary>
    [Fact]
    public async Task T04_what_the_server_refuses_takes_nothing_with_it_that_was_written_beside_it()
    {
        const int Beside = 600;
        await using var kit = new LedgerKit();
        using var gate = new ManualResetEventSlim(initialState: true);
        using var isHeld = new ManualResetEventSlim();
        kit.Options = kit.Options with
        {
            GroupCapacity = 2 * Beside,
            BeforeStep = step =>
            {
                if (step == "begin" && !gate.IsSet)
                {
                    isHeld.Set();
                    gate.Wait(Cancel);
                }
            },
        };
        var ledger = kit.Open();
        await WriteAsync();
        gate.Reset();
        var held = kit.FlushAsync();
        await Eventually.BecomesTrue(() => isHeld.IsSet, "the writer is held, and the rest comes in one group");
        var refused = WriteAsync();
        for (var i = 0; i < Beside; i++)
        {
            ledger.Post(new Plant($"gp-{i:D5}").To(Severity.Yellow, kit.Now));
        }

        gate.Set();
        await held;
        await kit.FlushAsync();
        ledger.Book.Alerts.Count.Should().Be(Beside);
        await refused.Awaiting(r => r).Should().ThrowAsync<Npgsql.PostgresException>();

        Task WriteAsync() => ledger.WriteAsync(
            t => t.Append(EntryKind.PolicySet, "", "system", "twice", t.NowMicros, new EntryBody { Policy = new PolicyFacts("p.yaml", "") }), Cancel);
    }

    [Fact]
    public async Task T04_a_server_that_is_killed_and_comes_back_has_everything_that_was_told()
    {
        using var server = new PostgresServer();
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with
        {
            Postgres = PostgresPlace.Read(server.Connection(server.NewSchema())).Place, LongestBackOff = TimeSpan.FromMilliseconds(50),
        };
        var ledger = kit.Open();
        var lives = Plant.RandomLives(new Random(Seed), devices: 40, transitions: 900, kit.Now);
        foreach (var part in lives.Chunk(300))
        {
            Array.ForEach(part[..100], ledger.Post);
            await kit.FlushAsync();
            var told = ledger.Book.Sequence;
            Array.ForEach(part[100..], ledger.Post);
            server.Kill();
            server.Start();
            await kit.FlushAsync();
            ledger.Book.Sequence.Should().BeGreaterThanOrEqualTo(told);
        }

        ledger.Health.IsWriting.Should().BeTrue();
        await MustHoldOnceAsync(kit, lives, "PostgreSQL; its server killed as often as there are parts");
    }

    [Fact]
    public async Task A_second_writer_is_kept_out_for_as_long_as_the_first_has_its_session()
    {
        await using var kit = new LedgerKit();
        await using var second = new LedgerKit();
        second.Options = second.Options with { Postgres = kit.Options.Postgres };
        kit.Open();
        second.Invoking(k => k.Open()).Should().Throw<LedgerException>().WithMessage("*has another writer*");
        await kit.CloseAsync();
        second.Open();
    }

    [Fact]
    public async Task A_writer_whose_lock_another_has_got_writes_nothing_until_that_one_is_gone_and_goes_on_after_its_entries()
    {
        await using var kit = new LedgerKit();
        await using var other = new LedgerKit();
        other.Options = other.Options with { Postgres = kit.Options.Postgres };
        using var taken = new ManualResetEventSlim();
        var waits = false;
        kit.Options = kit.Options with
        {
            LongestBackOff = TimeSpan.FromMilliseconds(10),
            BeforeStep = s =>
            {
                if (s == "open" && Volatile.Read(ref waits))
                {
                    taken.Wait(Cancel);
                }
            },
        };
        var ledger = kit.Open();
        ledger.Post(new Plant("mine").To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        Volatile.Write(ref waits, true);
        EndWriter(kit);
        ledger.Post(new Plant("later").To(Severity.Red, kit.Now));
        var flush = kit.FlushAsync();
        other.Open();
        taken.Set();
        other.Ledger.Post(new Plant("theirs").To(Severity.Red, kit.Now));
        await other.FlushAsync();
        await Eventually.BecomesTrue(() => kit.Log.Lines.Any(l => l.Id == 3003 && l.Text.Contains("has another writer", StringComparison.Ordinal)), "it is refused", 120);
        flush.IsCompleted.Should().BeFalse();
        await other.CloseAsync();
        await flush;
        ledger.Book.Alerts.Values.Select(a => a.Device).Should().BeEquivalentTo("mine", "theirs", "later");
        await kit.CloseAsync();

        // The other one found no head in its folder, and said so in the chain; that is all there is to find.
        LedgerVerifier.Verify(kit.Options).IsAsWritten.Should().BeTrue();
    }

    [Fact]
    public async Task Nothing_is_added_to_another_history()
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { LongestBackOff = TimeSpan.FromMilliseconds(10) };
        var ledger = kit.Open();
        foreach (var device in (string[])["one", "two"])
        {
            ledger.Post(new Plant(device).To(Severity.Red, kit.Now));
            await kit.FlushAsync();
        }

        // As on a standby that had not got the newest commit when the primary died.
        PostgresTamperTests.Edit(kit.Schema, "DELETE FROM entry WHERE seq = 2");
        EndWriter(kit);
        ledger.Post(new Plant("three").To(Severity.Red, kit.Now));
        await Eventually.BecomesTrue(() => ledger.Health.Reason.Contains("Entry 2 is no longer what was committed", StringComparison.Ordinal), "it says so", 120);
        Server.Sql($"SELECT max(seq) FROM {kit.Schema}.entry").Should().Be("1");
    }

    [Fact]
    public async Task A_commit_is_on_disk_whatever_the_role_was_set_to()
    {
        await using var kit = new LedgerKit();
        Server.Sql("CREATE ROLE lazy LOGIN SUPERUSER; ALTER ROLE lazy SET synchronous_commit = off; ALTER ROLE lazy SET default_transaction_read_only = on");
        var place = PostgresPlace.Read(Server.Connection(kit.Schema).Replace("Username=pingan", "Username=lazy", StringComparison.Ordinal)).Place!;
        using var writer = new PostgresDatabase(place).OpenWriter();
        writer.Text("SHOW synchronous_commit").Should().Be("on");
        writer.Text("SHOW fsync").Should().Be("on");
    }

    private static PostgresPlace Over(LedgerKit kit, CuttingWire wire) => PostgresPlace.Read(Server.Connection(kit.Schema, wire.Port)).Place!;

    /// <summary>The session that holds the writer's lock is ended by the administrator.</summary>
    private static void EndWriter(LedgerKit kit) => Server.Sql(
        $"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid::bigint = hashtext('{kit.Schema}')::bigint & 4294967295")
        .Should().Be("t");

    private static async Task MustHoldOnceAsync(LedgerKit kit, List<Transition> lives, string note)
    {
        var entries = await kit.EntriesAsync();
        var failures = Math.Abs(entries.Count - lives.Count) + entries.GroupBy(e => e.Key).Count(g => g.Count() > 1);
        await kit.CloseAsync();
        var report = LedgerVerifier.Verify(kit.Options);
        Threat.Report("T-04", lives.Count, failures + report.Findings.Count, note);
        failures.Should().Be(0);
        report.Findings.Should().BeEmpty();
    }
}
