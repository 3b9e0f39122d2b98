using System.Globalization;
using System.Text;

namespace PingAnIoT.EndToEnd;

/// <summary>T-06 and T-07 through everything: while the server is under attack, a good gateway's red alerts come to the officer's stream.</summary>
public sealed class SiegeTests
{
    private const int Songs = 20;
    private const int FirstAddress = 256;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private static readonly byte[][] Lengths =
        [[0x00], [0x7F], [0x80, 0x01], [0x80, 0x80, 0x01], [0x80, 0x80, 0x80, 0x01], [0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0x7F]];

    [Fact]
    public async Task Red_alerts_come_through_while_bombs_are_under_way()
    {
        const int Bombs = 2_000;
        using var temp = new TempFolder("bombs");
        await using var server = await StartAsync(temp.FullName);
        await using var canary = await Canary.StartAsync(server);
        var before = ResidentBytes(server);
        using var bombs = new Besiegers();
        using var after = new Besiegers();
        var thrown = await UnderAttackAsync(canary, round =>
        {
            // Before CONNECT: every type, every length. After it: a body is claimed, begun and never finished.
            for (var i = round * 100; i < (round + 1) * 100 && i < Bombs; i += 2)
            {
                bombs.Add(server.Mqtt, FirstAddress + (i / 200), Bomb(i / 2));
                after.Add(server.Mqtt, FirstAddress + (i / 200), [.. Besiegers.ConnectOf("bomb-" + i.ToString(CultureInfo.InvariantCulture)), .. Bomb(i / 2), 0, 0]);
            }
        });
        var growth = ResidentBytes(server) - before;
        Report("T-06", bombs.Count + after.Count, canary, thrown, growth);
        (bombs.Count + after.Count).Should().BeGreaterThan(Bombs / 2, "an attack that did not happen shows nothing");
        canary.Missing.Should().Be(0);
    }

    [Fact]
    public async Task Red_alerts_come_through_while_silent_slow_and_storming_connections_are_under_way()
    {
        using var temp = new TempFolder("slow");
        await using var server = await StartAsync(temp.FullName);
        await using var canary = await Canary.StartAsync(server);
        var before = ResidentBytes(server);
        using var silent = new Besiegers();
        using var slow = new Besiegers();
        using var storm = new Besiegers();
        var request = Encoding.ASCII.GetBytes("GET /v1/alerts HTTP/1.1\r\nHost: localhost\r\nX-A: " + new string('a', 4_000));
        var connect = Besiegers.ConnectOf(new string('d', 100));
        var rounds = await UnderAttackAsync(canary, round =>
        {
            for (var i = 0; i < 20; i++)
            {
                silent.Add(i % 2 == 0 ? server.Mqtt : server.Http, FirstAddress + i, []);
                storm.Add(server.Mqtt, FirstAddress + 40 + i, Besiegers.ConnectOf($"storm-{round}-{i}"))?.Close();
                if (round < 10)
                {
                    slow.Add(i % 2 == 0 ? server.Mqtt : server.Http, FirstAddress + 20 + i, [(i % 2 == 0 ? connect : request)[0]]);
                }
            }

            // Never the last of it: a whole CONNECT would be a gateway like another.
            slow.SendAll(i => round < 100 ? [(i % 2 == 0 ? connect : request)[1 + round - (i / 20)]] : []);
        });
        var growth = ResidentBytes(server) - before;
        Report("T-07", silent.Count + slow.Count + storm.Count, canary, rounds, growth);
        canary.Missing.Should().Be(0);
        await Until.SoAsync(() => silent.Open + slow.Open == 0, 2 * Longest, "every connection that says nothing in time is closed");
    }

    [Fact]
    public async Task Who_takes_all_connections_of_gateways_keeps_no_officer_out_and_no_file_from_being_opened()
    {
        const int OpenFiles = 800;
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("how many files a process may open is set with prlimit, of Linux");
        }

        using var temp = new TempFolder("files");
        await using var server = await StartAsync(temp.FullName, OpenFiles);
        server.Lines.Should().Contain(l => l.Contains("there is room for", StringComparison.Ordinal));
        await using var canary = await Canary.StartAsync(server);
        using var besiegers = new Besiegers();
        for (var i = 0; i < OpenFiles; i++)
        {
            besiegers.Add(server.Mqtt, FirstAddress + (i / 10), Besiegers.ConnectOf(FormattableString.Invariant($"taker-{i}")));
        }

        besiegers.Count.Should().Be(OpenFiles, "an attack that did not happen shows nothing");
        await canary.SingAsync();
        using var late = new Officer(server.Grpc);
        (await late.WatchAsync(0, _ => true, Longest)).Should().NotBeEmpty();
        Report("T-07", OpenFiles, canary, 1, 0);
        canary.Missing.Should().Be(0);
    }

    /// <summary>The canary sings while round after round is thrown, and the rounds go on until it has sung its songs.</summary>
    /// <returns>How many rounds there were.</returns>
    private static async Task<int> UnderAttackAsync(Canary canary, Action<int> round)
    {
        using var ending = new CancellationTokenSource();
        var rounds = 0;
        var attack = Task.Run(
            async () =>
            {
                while (!ending.IsCancellationRequested || rounds < Songs)
                {
                    round(rounds++);
                    await Until.PassedAsync(TimeSpan.FromMilliseconds(20));
                }
            },
            CancellationToken.None);
        for (var i = 0; i < Songs; i++)
        {
            // In step with the rounds, so that the songs are spread over the whole of the attack.
            var turn = i;
            await Until.SoAsync(() => attack.IsCompleted || Volatile.Read(ref rounds) > turn, Longest, "the attack goes on");
            await canary.SingAsync();
        }

        await ending.CancelAsync();
        await attack;
        return rounds;
    }

    private static byte[] Bomb(int i) => [(byte)((i % 16 << 4) | (i / 16 % 3)), .. Lengths[i / 48 % Lengths.Length]];

    private static Task<PinganProcess> StartAsync(string data, int? openFiles = null) =>
        PinganProcess.RunAsync(data, new Dictionary<string, string>(StringComparer.Ordinal) { ["Rules"] = TestRules.Write(data, TestRules.Methane) }, openFiles);

    private static void Report(string id, int cases, Canary canary, int rounds, long growth)
    {
        var slowest = canary.Times.Count > 0 ? canary.Times.Max() : TimeSpan.Zero;
        ThreatLine.Print(id, cases, canary.Missing, string.Create(
            CultureInfo.InvariantCulture,
            $"to the stream, {rounds} rounds, {canary.Times.Count} of {Songs} red alerts seen meanwhile, slowest {slowest.TotalMilliseconds:F0} ms, resident growth {growth / 1024 / 1024} MiB"));
    }

    /// <summary>The server's resident bytes, from the kernel; 0 where there is no /proc.</summary>
    private static long ResidentBytes(PinganProcess server)
    {
        var status = $"/proc/{server.Id}/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)) : null;
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
