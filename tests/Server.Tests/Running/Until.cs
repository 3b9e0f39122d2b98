namespace PingAnIoT.Server.Tests;

/// <summary>Waits for a condition on something that runs by real time, and says so when it never comes.</summary>
internal static class Until
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<bool> condition, TimeSpan limit) => TrueAsync(() => Task.FromResult(condition()), limit);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan limit)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            TimeProvider.System.GetElapsedTime(begun).Should().BeLessThan(limit, "the condition should have come");
            await Task.Delay(Step, TimeProvider.System, TestServer.Cancel);
        }
    }
}
