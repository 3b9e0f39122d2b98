using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>All streams to duty officers: how many there may be, and their end when the server stops.</summary>
/// <remarks>Threading: from any thread.</remarks>
public sealed class AlertStreams(Ledger ledger, AlertStreamOptions options, TimeProvider time, AlertStreamMetrics metrics) : IAttendance, IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> open = new(StringComparer.Ordinal);
    private readonly List<AlertStream> attending = [];
    private readonly CancellationTokenSource stopping = new();
    private TaskCompletionSource? empty;
    private int count;

    /// <summary>Where officers stand in; null where nobody does.</summary>
    public StandIns? StandIns { get; init; }

    public int Count
    {
        get
        {
            lock (gate)
            {
                return count;
            }
        }
    }

    public bool IsAttended(Alert alert)
    {
        lock (gate)
        {
            return attending.Exists(s => s.Officer.Sees(alert));
        }
    }

    /// <summary>Streams until the client goes, is cut, or the server stops.</summary>
    public async Task RunAsync(Officer officer, long after, int summarizeAfter, IServerStreamWriter<V1.WatchResponse> writer, ServerCallContext call)
    {
        var session = call.UserState.TryGetValue(OfficerName.WatchKey, out var watch) ? watch as SessionWatch : null;
        var stream = new AlertStream(ledger, options, time, metrics, officer, StandIns, session, summarizeAfter, writer, call, stopping.Token);
        Enter(stream);
        try
        {
            await stream.RunAsync(after);
        }
        finally
        {
            Leave(stream);
        }
    }

    /// <summary>Ends every stream, each with the cursor to resume from; completes when all are gone or the token says that it took too long.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource gone;
        lock (gate)
        {
            gone = empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (count == 0)
            {
                gone.TrySetResult();
            }
        }

        await stopping.CancelAsync();
        await gone.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        stopping.Dispose();
    }

    private void Enter(AlertStream stream)
    {
        var officer = stream.Officer;
        lock (gate)
        {
            if (empty is not null)
            {
                throw GrpcErrors.Of(StatusCode.Unavailable, "STOPPING", "The server is stopping.");
            }

            var own = open.GetValueOrDefault(officer.Name);
            if (count >= options.Streams || own >= options.StreamsPerOfficer)
            {
                metrics.Refused.Add(1);
                throw GrpcErrors.Of(
                    StatusCode.ResourceExhausted, "TOO_MANY_STREAMS",
                    $"At most {options.Streams} streams, {options.StreamsPerOfficer} of one officer: close one first.");
            }

            open[officer.Name] = own + 1;
            attending.Add(stream);
            count++;
        }
    }

    private void Leave(AlertStream stream)
    {
        var officer = stream.Officer;
        lock (gate)
        {
            attending.Remove(stream);
            var own = open[officer.Name] - 1;
            if (own == 0)
            {
                open.Remove(officer.Name);
            }
            else
            {
                open[officer.Name] = own;
            }

            if (--count == 0)
            {
                empty?.TrySetResult();
            }
        }
    }
}
