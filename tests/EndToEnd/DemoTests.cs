namespace PingAnIoT.EndToEnd;

/// <summary>The first thing anybody runs.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task Soon_every_colour_is_printed_and_on_the_stream()
    {
        using var temp = new TempFolder("demo");
        await using var demo = await PinganProcess.StartAsync(["demo", "--data", temp.FullName], PinganProcess.FreePorts());
        using var officer = new Officer(demo.Grpc);
        var wanted = new HashSet<V1.Severity> { V1.Severity.Red, V1.Severity.Yellow, V1.Severity.Green };
        await officer.WatchAsync(
            0,
            m =>
            {
                wanted.Remove((m.Snapshot ?? m.Event?.Alert)?.Severity ?? V1.Severity.Unspecified);
                return wanted.Count == 0;
            },
            TimeSpan.FromSeconds(120));
        foreach (var colour in new[] { "red", "yellow", "green" })
        {
            await Until.SoAsync(() => demo.Lines.Any(l => l.Contains(colour, StringComparison.OrdinalIgnoreCase)), TimeSpan.FromSeconds(120), $"{colour} is printed");
        }
    }
}
