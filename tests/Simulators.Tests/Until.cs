namespace PingAnIoT.Simulators.Tests;

/// <summary>Bounded waits for conditions of real sockets and processes.</summary>
internal static class Until
{
    public static async Task SoAsync(Func<bool> isSo, TimeSpan longest, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            if (TimeProvider.System.GetElapsedTime(start) > longest)
            {
                Assert.Fail($"not within {longest.TotalSeconds} s: {what}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }
}
