using PingAnIoT.Rules;
using Content = PingAnIoT.V1.WatchResponse.ContentOneofCase;

namespace PingAnIoT.Server.Tests;

/// <summary>The composition root: several servers in one process, restarts, and what a stop leaves behind.</summary>
public sealed class CompositionTests
{
    [Fact]
    public async Task Three_servers_run_side_by_side_and_know_nothing_of_each_other()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => TestServer.StartAsync()));
        try
        {
            servers.Select(s => s.Host.Addresses.Grpc).Should().OnlyHaveUniqueItems();
            for (var i = 0; i < servers.Length; i++)
            {
                await servers[i].PostAsync(new Plant($"gp-{i}").To(Severity.Red));
            }

            for (var i = 0; i < servers.Length; i++)
            {
                var list = await servers[i].Alerts.ListAsync(new V1.ListRequest());
                list.Alerts.Select(a => a.Device).Should().Equal($"gp-{i}");
            }
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_restart_gives_the_same_book_and_the_same_cursors()
    {
        using var temp = new TempFolder("server");
        var data = temp.FullName;
        long cursor;
        await using (var server = await TestServer.StartAsync(data: data))
        {
            await server.PostAsync(new Plant("gp-1").To(Severity.Red), new Plant("gp-2").To(Severity.Green));
            using var watcher = Watcher.Of(server, after: 0);
            cursor = (await watcher.NextAsync(Content.SnapshotEnd)).Cursor;
        }

        await using (var server = await TestServer.StartAsync(data: data))
        {
            (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts.Should().HaveCount(2);
            await server.PostAsync(new Plant("gp-3").To(Severity.Yellow));
            using var watcher = Watcher.Of(server, cursor);
            (await watcher.EventsAsync(1))[0].Alert.Device.Should().Be("gp-3");
        }
    }

    [Fact]
    public async Task A_data_folder_has_one_server_at_a_time()
    {
        await using var server = await TestServer.StartAsync();
        var second = async () => await TestServer.StartAsync(data: server.Data);
        await second.Should().ThrowAsync<Exception>();
        (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts.Should().BeEmpty("the first goes on");
    }

    [Fact]
    public async Task A_failed_start_lets_go_of_the_data_folder()
    {
        await using var server = await TestServer.StartAsync();
        using var temp = new TempFolder("server");
        var data = temp.FullName;
        var taken = async () => await TestServer.StartAsync(o => o with { Listen = o.Listen with { Grpc = server.Host.Addresses.Grpc } }, data);
        await taken.Should().ThrowAsync<IOException>().WithMessage("*in use*");
        await using (await TestServer.StartAsync(data: data))
        {
        }
    }

    [Fact]
    public async Task A_bad_rule_file_stops_the_start_and_names_the_place()
    {
        using var temp = new TempFolder("rules");
        var file = temp.PathOf("rules.yaml");
        await File.WriteAllTextAsync(file, "rules:\n  - id: X\n");
        var start = async () => await TestServer.StartAsync(o => o with { Rules = file });
        await start.Should().ThrowAsync<ServerStartException>().WithMessage($"*{file}:2:*");
    }
}
