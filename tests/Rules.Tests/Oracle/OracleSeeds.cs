using System.Globalization;
using CsCheck;

namespace PingAnIoT.Rules.Tests;

/// <summary>The seeds of a run: one after the other from one that is drawn, and said, so that a run can be had again.</summary>
internal static class OracleSeeds
{
    private const int Highest = 1_000_000_000;

    /// <param name="variable">Of the environment: the first seed of the run that is to be had again.</param>
    public static int From(string variable) => Environment.GetEnvironmentVariable(variable) is { } from
        ? int.Parse(from, CultureInfo.InvariantCulture)
        : Gen.Int[0, Highest].Single();

    /// <summary>Tries them on all processors, until one fails.</summary>
    /// <returns>A seed that fails; null if none does.</returns>
    public static int? FirstFailing(int from, int count, Func<int, bool> fails)
    {
        var failing = -1;
        Parallel.For(from, from + count, (seed, loop) =>
        {
            if (fails(seed))
            {
                Interlocked.CompareExchange(ref failing, seed, -1);
                loop.Stop();
            }
        });
        return failing < 0 ? null : failing;
    }
}
