using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using MQTTnet;
using MQTTnet.Protocol;
using PingAnIoT.V1;

namespace PingAnIoT.EndToEnd;

/// <summary>
/// A good gateway and a duty officer whose stream is open: each red reading of the one has to come to the other.
/// Threading: one test awaits it; the stream is read by a task of its own.
/// </summary>
public sealed class Canary : IAsyncDisposable
{
    private const string Gateway = "gw-good";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> seen = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource ending = new();
    private readonly Officer officer;
    private readonly IMqttClient client;
    private readonly Task reading;
    private int count;

    private Canary(Officer officer, IMqttClient client)
    {
        this.officer = officer;
        this.client = client;
        reading = ReadAsync();
    }

    /// <summary>From publish to stream, of those that came.</summary>
    public List<TimeSpan> Times { get; } = [];

    public int Missing { get; private set; }

    public static async Task<Canary> StartAsync(PinganProcess server)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", server.Mqtt).WithClientId(Gateway).WithCredentials(Gateway, "x").WithTimeout(Longest).Build());
        var canary = new Canary(new Officer(server.Grpc), client);
        await canary.SingAsync();
        canary.Missing.Should().Be(0, "it comes in peace");
        canary.Times.Clear();
        return canary;
    }

    /// <summary>One red reading of a device of its own, awaited on the stream.</summary>
    public async Task SingAsync()
    {
        var device = string.Create(CultureInfo.InvariantCulture, $"canary-{count++}");
        var arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        seen[device] = arrival;
        var begin = TimeProvider.System.GetTimestamp();
        try
        {
            using var limit = new CancellationTokenSource(Longest, TimeProvider.System);
            await client.PublishAsync(
                new MqttApplicationMessageBuilder().WithTopic($"pingan/v1/{Gateway}/gas-pipe/{device}").WithPayload("""{"methane":60}""")
                    .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(),
                limit.Token);
            await arrival.Task.WaitAsync(limit.Token);
            Times.Add(TimeProvider.System.GetElapsedTime(begin));
        }
        catch (Exception e) when (e is OperationCanceledException or MQTTnet.Exceptions.MqttCommunicationException)
        {
            Missing++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await reading;
        client.Dispose();
        officer.Dispose();
        ending.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var stream = officer.Alerts.Watch(new WatchRequest(), cancellationToken: ending.Token);
            await foreach (var message in stream.ResponseStream.ReadAllAsync(ending.Token))
            {
                if ((message.Snapshot ?? message.Event?.Alert) is { Severity: Severity.Red } alert && seen.TryGetValue(alert.Device, out var arrival))
                {
                    arrival.TrySetResult();
                }
            }
        }
        catch (Exception e) when (ending.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // The test is over.
        }
    }
}
