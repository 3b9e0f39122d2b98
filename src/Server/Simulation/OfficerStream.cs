using Grpc.Core;
using HdrHistogram;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>
/// The officer of a simulation: watches the alert stream from its beginning to its end, resuming where it was cut, and keeps what it was told for the
/// scorecard. Threading: one reader; the counts may be read from anywhere, the list once it has stopped.
/// </summary>
internal sealed class OfficerStream(V1.AlertService.AlertServiceClient client, Metadata headers, LatencySample latency, TimeProvider time, FoundSoFar? found = null)
{
    private const double MillisPerSecond = 1000;
    private const int MostQuiets = 15;

    /// <summary>After the last acknowledgement the officer is given so long without news, and in all no more than so often that.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly List<AlertSeen> seen = [];
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long cursor;
    private int count;

    /// <summary>Changes delivered so far.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Nothing before this entry of the ledger is still to come.</summary>
    public long Cursor => Volatile.Read(ref cursor);

    /// <summary>All of them, in the order of delivery.</summary>
    public IReadOnlyList<AlertSeen> Seen => seen;

    /// <summary>Completes when the open book has been sent: from then on nothing is missed.</summary>
    public Task Begun => begun.Task;

    /// <summary>Watches until cancelled.</summary>
    /// <exception cref="RpcException">The server will not have this officer.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await StreamAsync(cancellationToken);
            }
            catch (RpcException e) when (cancellationToken.IsCancellationRequested && e.StatusCode == StatusCode.Cancelled)
            {
                return;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Internal && begun.Task.IsCompleted)
            {
                await Task.Delay(Pause, time, CancellationToken.None);
            }
            catch (RpcException e)
            {
                begun.TrySetException(e);
                throw;
            }
        }
    }

    /// <summary>Waits while news comes: what was published last may still be on its way.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        for (var (i, before) = (0, -1); i < MostQuiets && before != Count && !cancellationToken.IsCancellationRequested; i++)
        {
            before = Count;
            await Task.Delay(Quiet, time, CancellationToken.None);
        }
    }

    private async Task StreamAsync(CancellationToken cancellationToken)
    {
        using var call = client.Watch(new V1.WatchRequest { After = cursor }, headers, cancellationToken: cancellationToken);
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            if (message.ContentCase == V1.WatchResponse.ContentOneofCase.SnapshotEnd)
            {
                begun.TrySetResult();
            }

            if (message.Event is { Alert: { } alert } change && change.Type is V1.EventType.Raised or V1.EventType.ColourChanged or V1.EventType.Normal or V1.EventType.Recurred)
            {
                Take(message.Event, message.Event.Alert);
            }

            Volatile.Write(ref cursor, Math.Max(cursor, message.Cursor));
        }
    }

    private void Take(V1.AlertEvent change, V1.Alert alert)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() / MillisPerSecond;
        var told = SeenAlert.Of(change, alert, now);
        seen.Add(told);
        found?.Add(told);
        Volatile.Write(ref count, seen.Count);
        latency.Add(told, alert);
    }
}
