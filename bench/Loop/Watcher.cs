using Grpc.Core;
using Grpc.Net.Client;
using HdrHistogram;
using PingAnIoT.V1;

namespace PingAnIoT.Bench;

/// <summary>One officer's stream: counts what comes and how long after the commit. Threading: its own flow; the figures may be read from any thread.</summary>
internal sealed class Watcher : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly LongHistogram micros;
    private readonly LongHistogram? red;
    private readonly Action<AlertEvent>? seen;
    private Task reading = Task.CompletedTask;
    private long events;

    /// <param name="micros">From the commit to the event decoded here; shared, and locked while it is written.</param>
    /// <param name="red">The same of reds raised alone.</param>
    /// <param name="seen">Told of each.</param>
    public Watcher(LongHistogram micros, LongHistogram? red = null, Action<AlertEvent>? seen = null) => (this.micros, this.red, this.seen) = (micros, red, seen);

    public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Events => Volatile.Read(ref events);

    public void Start(GrpcChannel channel, Metadata token) => reading = ReadAsync(channel, token);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading;
        stop.Dispose();
    }

    private async Task ReadAsync(GrpcChannel channel, Metadata token)
    {
        try
        {
            using var stream = new AlertService.AlertServiceClient(channel).Watch(new WatchRequest(), token, cancellationToken: stop.Token);
            await foreach (var message in stream.ResponseStream.ReadAllAsync(stop.Token))
            {
                if (message.SnapshotEnd is not null)
                {
                    Ready.TrySetResult();
                }
                else if (message.Event is { } change)
                {
                    Take(change);
                }
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or RpcException)
        {
            // The end of the run.
        }
        catch (Exception e)
        {
            Console.WriteLine("a stream ended: " + e.Message);
            Ready.TrySetException(e);
        }
    }

    private void Take(AlertEvent change)
    {
        var took = Math.Clamp((TimeProvider.System.GetUtcNow() - change.CommitTime.ToDateTimeOffset()).Ticks / 10, 1, 600_000_000);
        lock (micros)
        {
            micros.RecordValue(took);
            if (change is { Type: EventType.Raised, ToSeverity: Severity.Red })
            {
                red?.RecordValue(took);
            }
        }

        seen?.Invoke(change);
        Interlocked.Increment(ref events);
    }
}
