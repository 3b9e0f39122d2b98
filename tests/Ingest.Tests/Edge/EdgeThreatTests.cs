using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Ingest.Tests;

/// <summary>THREATS T-06 to T-09 at their CI size, against the edge on a real Kestrel.</summary>
[Collection(nameof(EdgeThreatTests))]
public sealed class EdgeThreatTests
{
    private const long Mebibyte = 1024 * 1024;
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.66");

    [Fact]
    public async Task T_06_header_bombs()
    {
        await using var server = await EdgeServer.StartAsync(options => options.ConnectionsPendingPerAddressMaximum = 4096);
        using var good = Good(server);
        var lengths = new[] { "00", "7F", "8001", "808001", "80808001", "FFFFFF7F", "FFFFFFFF7F" };
        var before = ResidentBytes();
        var sockets = new List<RawClient>();
        var failures = 0;
        var cases = 0;
        for (var i = 0; i < 1000; i++, cases++)
        {
            var type = i % 16;
            var bomb = new RawClient(server.Port, Attacker);
            bomb.Send($"{type:X1}{i / 16 % 3} {lengths[i / 48 % lengths.Length]}");
            sockets.Add(bomb);
        }

        // After CONNECT the same, and the claimed bodies begun but never finished.
        for (var i = 0; i < 1000; i++, cases++)
        {
            var bomb = new RawClient(server.Port, IPAddress.Parse($"127.0.0.{70 + (i / 500)}"));
            bomb.Send($"10[ 'MQTT' 04 02 003C 'bomb{i}' ]");
            sockets.Add(bomb);
        }

        for (var i = 1000; i < 2000; i++)
        {
            failures += sockets[i].Receive(4).Length == 4 ? 0 : 1;
            TrySend(sockets[i], $"{i % 16:X1}{i / 16 % 3} {lengths[i / 48 % lengths.Length]} 0000");
        }

        good.Send("32[ 'pingan/v1/good/gas-pipe/p1' 0001 @good ] @ping");
        failures += good.Receive(6).Length == 6 ? 0 : 1;
        var growth = ResidentBytes() - before;
        sockets.ForEach(socket => socket.Dispose());
        failures += growth <= 64 * Mebibyte ? 0 : 1;
        Report("T-06", cases, failures, $"growth {growth / Mebibyte} MiB");
        failures.Should().Be(0);
        server.Log.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task T_07_silent_slow_and_many()
    {
        var time = new FakeTimeProvider();
        await using var server = await EdgeServer.StartAsync(
            options =>
            {
                options.ConnectionsPendingPerAddressMaximum = 300;
                options.ConnectionsPerAddressMaximum = 300;
            }, time);
        using var good = Good(server);
        var failures = 0;
        var cases = 0;

        // Silent ones and ones that drip: each address has its bound, and none outlives the deadline.
        var silent = Enumerable.Range(0, 400).Select(_ => new RawClient(server.Port, Attacker)).ToList();
        var slow = Enumerable.Range(0, 100).Select(_ => new RawClient(server.Port, IPAddress.Parse("127.0.0.67"))).ToList();
        cases += silent.Count + slow.Count;
        JournalTests.WaitUntil(() => server.Log.Lines.Count(line => line.Contains("not logged in", StringComparison.Ordinal) || line.Contains("of one address", StringComparison.Ordinal)) >= 100);

        // All of them: the deadline of one that is let in later would begin later.
        JournalTests.WaitUntil(() => server.Edge.ConnectionCount >= 401);
        failures += server.Edge.ConnectionCount <= 401 ? 0 : 1;
        var connect = MqttTextPackets.Assemble("@connect4");
        for (var second = 0; second < 7; second++)
        {
            foreach (var socket in slow)
            {
                TrySend(socket, connect.AsSpan(second, 1));
            }

            good.Send("@ping");
            failures += good.Receive(2).Length == 2 ? 0 : 1;
            time.Advance(TimeSpan.FromSeconds(1));
        }

        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 1);
        failures += silent.Concat(slow).Count(socket => socket.ReceiveToEnd().Length > 0 || socket.TimedOut);
        silent.Concat(slow).ToList().ForEach(socket => socket.Dispose());

        // A storm of connects: all are served or refused, and the good one never waits.
        for (var i = 0; i < 2000; i++, cases++)
        {
            using var storm = new RawClient(server.Port, IPAddress.Parse($"127.0.1.{i % 200}"));
            storm.Send($"10[ 'MQTT' 04 02 003C 'storm{i}' ]");
            if (i % 10 == 0)
            {
                good.Send("@ping");
                failures += good.Receive(2).Length == 2 ? 0 : 1;
            }
        }

        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 1);
        Report("T-07", cases, failures);
        failures.Should().Be(0);
        server.Log.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task T_08_mutated_packets(bool connected)
    {
        const int CasesPerAddress = 10_000;
        const int WarmUpCases = 1_000;
        var cases = int.Parse(Environment.GetEnvironmentVariable("PINGAN_MUTATIONS") ?? $"{CasesPerAddress}", CultureInfo.InvariantCulture);
        var found = new System.Collections.Concurrent.ConcurrentQueue<string>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, unobserved) => found.Enqueue($"nobody observed {unobserved.Exception}");
        TaskScheduler.UnobservedTaskException += note;
        await using var server = await EdgeServer.StartAsync();
        using var good = Good(server);
        var seed = Environment.GetEnvironmentVariable("PINGAN_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 20261122;
        var mutator = new PacketMutator(new Random(seed));
        var before = 0L;
        for (var i = 0; i < cases; i++)
        {
            if (i == WarmUpCases)
            {
                before = ResidentBytes();
            }

            // An address has 28,000 ports, and each rests a minute after use: a long run goes round the addresses.
            using var client = new RawClient(server.Port, IPAddress.Parse($"127.0.2.{1 + (i / CasesPerAddress % 250)}"));
            var version = i % 2 == 0 ? 4 : 5;
            if (connected)
            {
                client.Send($"@connect{version}");
                Note(client.Receive(4).Length == 4, $"case {i}: no CONNACK");
            }

            var packet = mutator.Next(connected, version);
            TrySend(client, packet);
            client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            client.ReceiveToEnd();
            Note(!client.TimedOut, $"case {i}: not closed within {client.Socket.ReceiveTimeout} ms after {Convert.ToHexString(packet)}");
        }

        good.Send("@ping");
        Note(good.Receive(2).Length == 2, "the good client's ping was not answered");
        JournalTests.WaitUntil(() => server.Edge.ConnectionCount == 1);
        var growth = ResidentBytes() - before;
        TaskScheduler.UnobservedTaskException -= note;
        Note(growth <= 64 * Mebibyte, $"{growth} bytes more than after {WarmUpCases} cases");
        server.Log.Errors.ToList().ForEach(found.Enqueue);
        Report("T-08", cases, found.Count, $"seed {seed}, {(connected ? "after" : "before")} CONNECT, growth {growth / Mebibyte} MiB");
        found.Should().BeEmpty();

        void Note(bool fine, string finding)
        {
            if (!fine)
            {
                found.Enqueue(finding);
            }
        }
    }

    [Fact]
    public async Task T_09_topics_and_subscriptions()
    {
        await using var server = await EdgeServer.StartAsync();
        var random = new Random(909);
        var hostile = new HostileTopics(random);
        var failures = 0;
        var sent = 0;
        var client = Login(server);
        for (var i = 0; i < 20_000; i++)
        {
            var topic = hostile.Next();
            var packet = PublishBytes(topic, (ushort)((i % 60_000) + 1));
            try
            {
                client.Send(packet);
                var answer = client.Receive(4);
                if (answer.Length == 4)
                {
                    sent++;
                    continue;
                }
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Closed: the topic was none that the standard allows.
            }

            client.Dispose();
            client = Login(server);
        }

        client.Dispose();
        JournalTests.WaitUntil(() => server.Intake.Count == sent);
        foreach (var message in server.Intake.Messages)
        {
            var own = message.Topic.Split('/');
            var mayBeTaken = own.Length == 5 && message.Topic.StartsWith("pingan/v1/g1/", StringComparison.Ordinal) && own[3] == "gas-pipe";
            failures += message.Reason == RefusalReason.None && !mayBeTaken ? 1 : 0;
            failures += message.Gateway == "g1" ? 0 : 1;
        }

        // No reading may stand under a device that another gateway's topic named.
        for (var i = 0; i < server.Intake.Register.Count; i++)
        {
            failures += server.Intake.Register[i].Gateways is ["g1"] ? 0 : 1;
        }

        failures += Subscriptions(server, hostile, out var filters);
        Report("T-09", 20_000 + filters, failures, $"{sent} taken in");
        failures.Should().Be(0);
        server.Log.Errors.Should().BeEmpty();
    }

    private static int Subscriptions(EdgeServer server, HostileTopics hostile, out int cases)
    {
        var failures = 0;
        cases = 0;
        using var victim = server.Connect();
        victim.Send("10[ 'MQTT' 04 02 003C 'g2' ] 82[ 0001 'pingan/v1/g2/notice' 01 ]");
        victim.Expect("@connack4 90[ 0001 01 ]");
        foreach (var filter in hostile.Filters())
        {
            cases++;
            using var client = server.Connect();
            client.Send("@connect4");
            client.Expect("@connack4");
            var bytes = Encoding.UTF8.GetBytes(filter);
            client.Send([0x82, .. VarInt(5 + bytes.Length), 0, 1, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes, 1]);
            var answer = client.Receive(5);
            failures += answer.Length == 0 || (answer.Length == 5 && answer[4] == 0x80) ? 0 : 1;
        }

        // What is refused of the victim's own reaches the victim alone.
        victim.Send("32[ 'pingan/v1/g2/gas-pipe/p1' 0007 \"nonsense\" ]");
        failures += victim.Receive(5).Length == 5 ? 0 : 1;
        return failures;
    }

    private static byte[] PublishBytes(byte[] topic, ushort id) =>
        [0x32, .. VarInt(4 + topic.Length + Payload.Length), (byte)(topic.Length >> 8), (byte)topic.Length, .. topic, (byte)(id >> 8), (byte)id, .. Payload];

    private static readonly byte[] Payload = MqttTextPackets.Assemble("@good");

    private static byte[] VarInt(int value) => value < 128 ? [(byte)value] : [(byte)(value | 0x80), (byte)(value >> 7)];

    private static RawClient Login(EdgeServer server)
    {
        var client = server.Connect();
        client.Send("@connect4");
        client.Expect("@connack4");
        return client;
    }

    private static RawClient Good(EdgeServer server)
    {
        var client = server.Connect();
        client.Send("10[ 'MQTT' 04 02 0E10 'good' ]");
        client.Expect("@connack4");
        return client;
    }

    private static void TrySend(RawClient client, string packet) => TrySend(client, MqttTextPackets.Assemble(packet));

    private static void TrySend(RawClient client, ReadOnlySpan<byte> packet)
    {
        try
        {
            client.Send(packet);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Closed already, which is what is wanted.
        }
    }

    private static long ResidentBytes()
    {
        // Twice, so that exceptions nobody observed are found; and given back to the system, so that what is left is what is held,
        // not what the collector keeps for the next allocations.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static void Report(string id, int cases, int failures, string more = "")
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{id}: {cases} cases, {failures} failures{(more.Length > 0 ? $" ({more})" : "")}");
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}

/// <summary>These measure the memory of the process: they run with nothing beside them.</summary>
[CollectionDefinition(nameof(EdgeThreatTests), DisableParallelization = true)]
public sealed class EdgeThreatCollection;
