using Grpc.Core;
using Grpc.Net.Client;
using PingAnIoT.Server;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>Plays a plan against the server with an officer on the stream, and kills the server in the middle. Threading: used once.</summary>
internal sealed class CityRun(CityOptions options, TruthPlan plan, CityServer server)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LongestTelling = TimeSpan.FromMinutes(1);

    /// <summary>A second before the kill counts as interrupted: what was sent then may not have been answered.</summary>
    private const double InterruptedBefore = 1;

    private readonly TimeProvider time = TimeProvider.System;

    public async Task<CityResult> RunAsync()
    {
        var latency = new LatencySample(plan, options.IsRealTime);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Child.Grpc}");
        var officer = new OfficerStream(new V1.AlertService.AlertServiceClient(channel), [], latency, time);
        using var stop = new CancellationTokenSource();
        var watching = officer.RunAsync(stop.Token);
        await officer.Begun;
        var (began, serverTime, ownTime) = (0L, TimeSpan.Zero, TimeSpan.Zero);
        var target = new WireOptions { Host = "127.0.0.1", Port = server.Child.Mqtt, ClientId = "", Password = "simulated", ReconnectMilliseconds = 20 };
        using var run = new FleetRun(target, new FleetSource(plan, options.Source()), plan.Fleet.Gateways, options.Pace(plan), time)
        {
            Grace = TimeSpan.FromSeconds(60),
            Beginning = () => (began, serverTime, ownTime) = (time.GetTimestamp(), server.ProcessorTime, Environment.CpuUsage.TotalTime),
        };
        var late = Seconds() - plan.From;
        if (options.IsRealTime && late > 0)
        {
            Console.WriteLine(FormattableString.Invariant($"the plan took {late:F1} s longer to make than it was given: the run begins with as much to catch up"));
        }

        var backlog = new Backlog(server, run);
        using var over = new CancellationTokenSource();
        var progress = new CityProgress(server, run, Console.Out).TellAsync(over.Token);
        var playing = run.RunAsync(null, CancellationToken.None);
        var crash = options.Kills ? await CrashAsync(run, backlog, playing, latency, () => time.GetElapsedTime(began)) : null;
        var played = await playing;
        await over.CancelAsync();
        await progress;
        serverTime = server.ProcessorTime - serverTime;
        ownTime = Environment.CpuUsage.TotalTime - ownTime;
        var behind = await backlog.EndAsync();
        await officer.SettleAsync(CancellationToken.None);
        var head = LedgerProof.HeadOf(server.Data);
        await WaitAsync(() => officer.Cursor >= head);
        await stop.CancelAsync();
        await watching;
        return new CityResult
        {
            Played = played,
            ServerTime = serverTime,
            GeneratorTime = ownTime,
            PeakBytes = server.PeakBytes,
            LatencyMicros = latency.Micros,
            InterruptedMicros = latency.InterruptedMicros,
            Seen = officer.Seen,
            ToldUntil = head,
            Crash = crash,
            Behind = behind,
            Load = run.Load,
        };
    }

    /// <summary>Not for ever: what has not come by then has not come.</summary>
    private async Task WaitAsync(Func<bool> isSo)
    {
        var began = time.GetTimestamp();
        while (!isSo() && time.GetElapsedTime(began) < LongestTelling)
        {
            await Task.Delay(Between, time);
        }
    }

    private async Task<CrashFacts?> CrashAsync(FleetRun run, Backlog backlog, Task playing, LatencySample latency, Func<TimeSpan> elapsed)
    {
        var middle = (plan.From + plan.To) / 2;
        while (run.Load.FleetSeconds < middle && !playing.IsCompleted)
        {
            await Task.Delay(Between, time);
        }

        if (playing.IsCompleted)
        {
            return null;
        }

        latency.Interrupt(Seconds() - InterruptedBefore);
        var before = elapsed();
        var killed = time.GetTimestamp();
        await server.CrashAsync();
        var ready = time.GetElapsedTime(killed);
        var more = await backlog.CaughtUpAsync(before, double.IsFinite(options.Speed), TimeSpan.FromMinutes(2), () => playing.IsCompleted);
        var facts = new CrashFacts(ready, more is null ? null : time.GetElapsedTime(killed));
        if (more is not null)
        {
            latency.Resume(Seconds());
        }

        return facts;
    }

    private double Seconds() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
}
