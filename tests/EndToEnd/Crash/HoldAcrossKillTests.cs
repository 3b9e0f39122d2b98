namespace PingAnIoT.EndToEnd;

/// <summary>A kill in the middle of a 60 s window and a 30 s hold moves no event time.</summary>
public sealed class HoldAcrossKillTests
{
    /// <summary>Plateaus of 75 s; the kills fall into windows that are filling and holds that are running.</summary>
    [Theory]
    [InlineData(0, 170)]
    [InlineData(1, 190)]
    [InlineData(2, 640)]
    [InlineData(3, 180, 700, 1000)]
    public async Task The_alert_comes_at_the_same_event_time_as_without_the_kill(int publisher, params int[] killsAfter)
    {
        const int Messages = 1_500;
        var undisturbed = await RunAsync(publisher, Messages, []);
        undisturbed.Should().Contain(t => t.Contains("pressure-mean", StringComparison.Ordinal)).And.Contain(t => t.Contains("methane-hold", StringComparison.Ordinal));
        (await RunAsync(publisher, Messages, killsAfter)).Should().Equal(undisturbed);
    }

    private static async Task<List<string>> RunAsync(int publisher, int messages, int[] killsAfter)
    {
        await using var server = new PlannedServer("hold");
        await server.StartAsync();
        var from = 0;
        foreach (var until in killsAfter.Append(messages))
        {
            var first = from;
            await using (var fleet = new PlannedFleet(server.Mqtt, [new PlannedLoad(publisher, n => first + n, until - first, 0)]))
            {
                await fleet.DoneAsync(TimeSpan.FromSeconds(120));
            }

            from = until;
            if (until < messages)
            {
                await server.CrashAsync();
            }
        }

        await server.StopAsync();
        return LedgerContents.Transitions(server.Data);
    }
}
