using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>A fleet against a running server over MQTT, with an officer on its alert stream. Threading: used once, from one thread.</summary>
/// <param name="plan">Who ails when.</param>
/// <param name="target">Where the gateways connect.</param>
/// <param name="source">How they write.</param>
/// <param name="pace">How fast.</param>
/// <param name="terminal">For progress and the clock.</param>
internal sealed class LiveRun(TruthPlan plan, WireOptions target, FleetSourceOptions source, FleetPace pace, Terminal terminal)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);
    private readonly TimeProvider time = terminal.Time;

    /// <summary>Nobody watches: what was published and acknowledged is all that can be told.</summary>
    /// <exception cref="IOException">Nobody answers.</exception>
    public async Task<Scorecard> PublishAsync(CancellationToken cancellationToken)
    {
        var result = await PlayAsync(null, null, cancellationToken);
        return Scorer.Score([], [], Facts(result), TruthLinks.None);
    }

    /// <summary>With an officer on the stream.</summary>
    /// <exception cref="IOException">Nobody answers at the MQTT port.</exception>
    /// <exception cref="RpcException">The server will not have the officer.</exception>
    public async Task<Scorecard> WatchedAsync(GrpcChannel channel, Metadata headers, CancellationToken cancellationToken)
    {
        var latency = new LatencySample(plan, pace.Speed == 1);
        var found = new FoundSoFar(plan.Truth, plan.TruthLinks);
        var officer = new OfficerStream(new V1.AlertService.AlertServiceClient(channel), headers, latency, time, found);
        var fleet = new V1.FleetService.FleetServiceClient(channel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = officer.RunAsync(stop.Token);
        await officer.Begun.WaitAsync(cancellationToken);
        await WarnOfThePastAsync(fleet, headers, cancellationToken);
        var before = await fleet.GetCountersAsync(new V1.GetCountersRequest(), headers, cancellationToken: cancellationToken);
        var result = await PlayAsync(officer, found, cancellationToken);
        await officer.SettleAsync(cancellationToken);
        await stop.CancelAsync();
        await watching;
        var after = await fleet.GetCountersAsync(new V1.GetCountersRequest(), headers, cancellationToken: CancellationToken.None);
        return Scorer.Score(plan.Truth, officer.Seen, Facts(result, before, after) with { LatencyMicros = latency.Micros }, plan.TruthLinks);
    }

    /// <summary>A reading of a time that the server has heard of already comes late or twice: it counts, and raises nothing.</summary>
    private async Task WarnOfThePastAsync(V1.FleetService.FleetServiceClient fleet, Metadata headers, CancellationToken cancellationToken)
    {
        var gateways = await fleet.ListGatewaysAsync(new V1.ListGatewaysRequest(), headers, cancellationToken: cancellationToken);
        var heard = gateways.Gateways.Where(g => g.Watermark is not null && plan.Fleet.Gateways.Contains(g.Name)).Select(g => g.Watermark.ToDateTimeOffset()).DefaultIfEmpty().Max();
        var from = DateTimeOffset.FromUnixTimeMilliseconds((long)(plan.From * 1000));
        if (heard > from)
        {
            await terminal.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"The server has heard of these gateways up to {heard:yyyy-MM-dd HH:mm:ss}Z, and this run begins at {from:HH:mm:ss}Z: what it says of the time between comes late and raises nothing. A server with a fresh data folder hears it for the first time."));
        }
    }

    private async Task<FleetRunResult> PlayAsync(OfficerStream? officer, FoundSoFar? found, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var run = new FleetRun(target, new FleetSource(plan, source), plan.Fleet.Gateways, pace, time) { Beginning = () => began = time.GetTimestamp() };
        using var view = new ProgressView(terminal);
        var playing = run.RunAsync(null, cancellationToken);
        while (!playing.IsCompleted)
        {
            await Task.WhenAny(playing, Task.Delay(Between, time, CancellationToken.None));
            view.Show(new Progress(
                time.GetElapsedTime(began), TimeSpan.FromSeconds(Math.Max(0, run.Load.FleetSeconds - plan.From)), TimeSpan.FromSeconds(plan.To - plan.From),
                run.Counters.Published, run.Counters.Acknowledged, run.Counters.Published - run.Counters.Acknowledged, officer?.Count ?? 0,
                found?.FoundBy(run.Load.FleetSeconds) ?? 0, found?.FindableBy(run.Load.FleetSeconds) ?? 0));
        }

        return await playing;
    }

    private RunFacts Facts(FleetRunResult result) => SimulationPlan.Facts(plan) with
    {
        Elapsed = result.Elapsed,
        AreDelaysKnown = pace.Speed == 1,
        Published = result.Counters.Published,
        Acknowledged = result.Counters.Acknowledged,
        Refused = result.Counters.Refused,
        Resent = result.Counters.Resent,
        Readings = result.Readings,
    };

    /// <summary>
    /// With what the server counted meanwhile. A server that was started anew counts from zero, and then nothing is known; one that others publish to as
    /// well can hide a loss, so score against a server of one's own.
    /// </summary>
    private RunFacts Facts(FleetRunResult result, V1.GetCountersResponse before, V1.GetCountersResponse after)
    {
        var facts = Facts(result);
        if (!before.StartTime.Equals(after.StartTime))
        {
            return facts;
        }

        var taken = after.AcceptedMessages - before.AcceptedMessages + after.DeadLetteredMessages - before.DeadLetteredMessages;
        return facts with
        {
            Lost = Math.Max(0, result.Counters.Acknowledged + result.Counters.Refused - taken),
            DeadLettered = new Dictionary<string, long>(StringComparer.Ordinal) { ["refused by the server"] = after.RefusedReadings - before.RefusedReadings },
        };
    }
}
