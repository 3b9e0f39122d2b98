using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>All streams to duty officers: how many there may be, and their end when the server stops.</summary>
/// <remarks>Threading: from any thread.</remarks>
public sealed class AlertStreams(Ledger ledger, AlertStreamOptions options, TimeProvider time, AlertStreamMetrics metrics) : IAttendance, IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> open = new(StringComparer.Ordinal);
    private readonly List<Officer> attending = [];
    private readonly CancellationTokenSource stopping = new();
    private TaskCompletionSource? empty;
    private int count;

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
            return attending.Exists(o => o.Sees(alert));
        }
    }

    /// <summary>Streams until the client goes, is cut, or the server stops.</summary>
    public async Task RunAsync(Officer officer, long after, int summarizeAfter, IServerStreamWriter<V1.WatchResponse> writer, ServerCallContext call)
    {
        Enter(officer);
        try
        {
            var session = call.UserState.TryGetValue(OfficerName.WatchKey, out var watch) ? watch as SessionWatch : null;
            await new AlertStream(ledger, options, time, metrics, officer, session, summarizeAfter, writer, call, stopping.Token).RunAsync(after);
        }
        finally
        {
            Leave(officer);
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

    private void Enter(Officer officer)
    {
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
            attending.Add(officer);
            count++;
        }
    }

    private void Leave(Officer officer)
    {
        lock (gate)
        {
            attending.Remove(officer);
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
