using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>What officers are told of a gateway's presence is what was last so, in whatever order it came to be known.</summary>
public sealed class GatewayBoardTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-board-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>What it says of itself is heard when the disk has it, which takes its time.</summary>
    [Fact]
    public async Task A_gateway_that_was_lost_while_what_it_said_was_on_its_way_to_the_disk_is_not_online()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var options = new IngestOptions { DataDirectory = folder, Journal = new JournalOptions { CommitSpacing = TimeSpan.FromMilliseconds(100) } };
        await using var pipeline = new IngestPipeline(
            options, new DeviceRegister(Catalog.Default), RuleSet.Empty, new NoSink(), TimeProvider.System, NullLoggerFactory.Instance, services.GetRequiredService<IMeterFactory>());
        await pipeline.StartAsync(TestServer.Cancel);
        var board = new GatewayBoard(pipeline);
        board.Follow();
        using var lane = board.OpenLane(new Source());
        for (var i = 0; i < 3; i++)
        {
            // The first may be on disk at once; what follows it within the spacing is not.
            board.ReportGateway("gw-1", online: true);
            var batch = await lane.RentAsync(TestServer.Cancel);
            batch.Add("pingan/v1/gw-1/status"u8, "online"u8, PayloadFormat.Detect, 1);
            lane.Submit(batch);
            board.ReportGateway("gw-1", online: false);
            await Until.TrueAsync(() => pipeline.Health is { JournalPendingBytes: 0, UnevaluatedBytes: 0 }, TimeSpan.FromSeconds(120));
            board.Read()["gw-1"].Online.Should().BeFalse();
        }
    }

    private sealed class Source : IMessageSource
    {
        public string Gateway => "gw-1";

        public void OnDurable(MessageBatch batch)
        {
        }
    }

    private sealed class NoSink : ITransitionSink
    {
        public void Post(Transition transition)
        {
        }

        public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
