using System.Diagnostics.Metrics;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PingAnIoT.Alerts.Tests;

/// <summary>How a stream ends whose client goes.</summary>
public sealed class AlertStreamTests
{
    /// <summary>What the writer of gRPC says of a request that is over, or of two writes at once.</summary>
    private static readonly InvalidOperationException Refusal = new("Can't write the message because the request is complete.");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_goes_while_something_is_written_to_it_is_no_failure(bool isAtOnce)
    {
        await using var kit = new LedgerKit();
        kit.Open();
        using var gone = new CancellationTokenSource();
        var writer = new Writer(() =>
        {
            gone.Cancel();
            return isAtOnce ? throw Refusal : Task.FromException(Refusal);
        });
        await RunAsync(kit, writer, gone.Token);
        writer.Writes.Should().Be(1);
    }

    [Fact]
    public async Task What_fails_while_the_client_is_there_is_a_failure()
    {
        await using var kit = new LedgerKit();
        kit.Open();
        var running = () => RunAsync(kit, new Writer(() => throw Refusal), CancellationToken.None);
        await running.Should().ThrowAsync<InvalidOperationException>();
    }

    private static async Task RunAsync(LedgerKit kit, Writer writer, CancellationToken aborted)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new AlertStreamMetrics(services.GetRequiredService<IMeterFactory>());
        await using var streams = new AlertStreams(kit.Ledger, new AlertStreamOptions(), kit.Clock, metrics);
        var call = new OfficerCall("");
        call.UserState["__HttpContext"] = new DefaultHttpContext { RequestAborted = aborted };
        await streams.RunAsync(new Officer("wang"), 0, 0, writer, call);
        streams.Count.Should().Be(0);
    }

    private sealed class Writer(Func<Task> write) : IServerStreamWriter<V1.WatchResponse>
    {
        public int Writes { get; private set; }

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(V1.WatchResponse message)
        {
            Writes++;
            return write();
        }
    }
}
