using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using PingAnIoT.V1;

namespace PingAnIoT.EndToEnd;

/// <summary>One officer's stream, and what came over it, in order.</summary>
public sealed class CrowdStream : IDisposable
{
    private readonly List<(long Sequence, string Device)> events = [];
    private readonly CancellationTokenSource ending = new();
    private Task reading = Task.CompletedTask;

    public long Cursor { get; private set; }

    public bool IsReady { get; private set; }

    /// <summary>Events so far.</summary>
    public IReadOnlyList<(long Sequence, string Device)> Events
    {
        get
        {
            lock (events)
            {
                return [.. events];
            }
        }
    }

    public bool HasSeen(string device)
    {
        lock (events)
        {
            return events.Exists(e => e.Device == device);
        }
    }

    /// <summary>Reads from where it was.</summary>
    public void Follow(GrpcChannel channel, string officer) => reading = ReadAsync(channel, officer);

    public async Task LeaveAsync()
    {
        await ending.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The same officer, who comes back over another line.</summary>
    public CrowdStream Again()
    {
        var next = new CrowdStream { Cursor = Cursor };
        next.events.AddRange(Events);
        return next;
    }

    public void Dispose() => ending.Dispose();

    private async Task ReadAsync(GrpcChannel channel, string officer)
    {
        var headers = new Metadata { { "x-officer", officer } };
        using var stream = new AlertService.AlertServiceClient(channel).Watch(new WatchRequest { After = Cursor }, headers, cancellationToken: ending.Token);
        await foreach (var message in stream.ResponseStream.ReadAllAsync(ending.Token))
        {
            lock (events)
            {
                if (message.Event is { } entry)
                {
                    events.Add((entry.Sequence, entry.Alert?.Device ?? ""));
                }

                Cursor = Math.Max(Cursor, message.Cursor);
            }

            IsReady |= message.SnapshotEnd is not null;
        }
    }
}

/// <summary>Many officers with their streams open, a few to a connection.</summary>
public sealed class OfficerCrowd(int perConnection) : IDisposable
{
    private readonly List<GrpcChannel> channels = [];
    private int open;

    public List<CrowdStream> Streams { get; } = [];

    /// <summary>Opens one more stream, over a port; continues one that is given.</summary>
    public void Add(int port, CrowdStream? from = null)
    {
        if (open++ % perConnection == 0)
        {
            channels.Add(GrpcChannel.ForAddress($"http://127.0.0.1:{port}"));
        }

        var stream = from?.Again() ?? new CrowdStream();
        stream.Follow(channels[^1], string.Create(CultureInfo.InvariantCulture, $"officer-{port}-{open}"));
        Streams.Add(stream);
    }

    public void Dispose()
    {
        channels.ForEach(c => c.Dispose());
        Streams.ForEach(s => s.Dispose());
    }
}
