namespace PingAnIoT.Alerts.Tests;

/// <summary>The one line that each test of a threat prints.</summary>
public static class Threat
{
    public static void Report(string id, long cases, long failures, string note = "")
    {
        var line = $"{id}: {cases} cases, {failures} failures{(note.Length == 0 ? "" : $" ({note})")}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}

/// <summary>Waits for a condition that another thread or process brings about.</summary>
public static class Eventually
{
    public static async Task BecomesTrue(Func<bool> condition, string what, int withinSeconds = 30)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(withinSeconds));
        while (!condition())
        {
            limit.IsCancellationRequested.Should().BeFalse($"{what} within {withinSeconds} s");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
