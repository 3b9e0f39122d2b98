using System.Diagnostics;

namespace PingAnIoT.EndToEnd;

/// <summary>Bounded waits for conditions of real processes: the one place in the tests where real time passes.</summary>
public static class Until
{
    public static Task SoAsync(Func<bool> isSo, TimeSpan longest, string what) => SoAsync(() => Task.FromResult(isSo()), longest, what);

    /// <summary>Returns as soon as it is so; fails with <paramref name="what"/> when it is not in time.</summary>
    public static async Task SoAsync(Func<Task<bool>> isSo, TimeSpan longest, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(start) > longest)
            {
                Assert.Fail($"not within {longest.TotalSeconds} s: {what}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    public static Task PassedAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);
}
