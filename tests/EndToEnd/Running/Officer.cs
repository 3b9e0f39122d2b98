using Grpc.Core;
using Grpc.Net.Client;
using PingAnIoT.V1;

namespace PingAnIoT.EndToEnd;

/// <summary>A duty officer's client in these tests.</summary>
public sealed class Officer(int grpcPort) : IDisposable
{
    private readonly GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{grpcPort}");

    public AlertService.AlertServiceClient Alerts => new(channel);

    public FleetService.FleetServiceClient Fleet => new(channel);

    /// <summary>Follows the stream until the condition says enough; gives every message seen.</summary>
    public async Task<List<WatchResponse>> WatchAsync(long after, Func<WatchResponse, bool> isEnough, TimeSpan longest)
    {
        var seen = new List<WatchResponse>();
        using var limit = new CancellationTokenSource(longest, TimeProvider.System);
        try
        {
            using var stream = Alerts.Watch(new WatchRequest { After = after }, cancellationToken: limit.Token);
            await foreach (var message in stream.ResponseStream.ReadAllAsync(limit.Token))
            {
                seen.Add(message);
                if (isEnough(message))
                {
                    return seen;
                }
            }
        }
        catch (Exception e) when (limit.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            Assert.Fail($"not on the stream within {longest.TotalSeconds} s; {seen.Count} messages were");
        }

        Assert.Fail("the stream ended");
        return seen;
    }

    public Task<List<WatchResponse>> WatchForAsync(string device, TimeSpan longest) =>
        WatchAsync(0, m => (m.Snapshot ?? m.Event?.Alert)?.Device == device, longest);

    public void Dispose() => channel.Dispose();
}
