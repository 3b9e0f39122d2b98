using System.Globalization;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Ten years from each seed: every deadline fired once, none early, none late, the auditor silent; and with the sweep broken it speaks.</summary>
public sealed class VirtualYearsTests
{
    /// <summary>Five in every build; tests/long/years plays 200.</summary>
    private static int Seeds => Said("PINGAN_YEARS_SEEDS") ?? 5;

    /// <summary>From which seed on.</summary>
    private static int First => Said("PINGAN_YEARS_FIRST") ?? 1;

    [Fact]
    public async Task Ten_years_of_anything_fire_every_deadline_once_and_none_early()
    {
        var failures = 0;
        var (entries, fired, happenings) = (0, 0, 0);
        for (var seed = First; seed < First + Seeds; seed++)
        {
            await using var years = new VirtualYears(seed);
            var result = await years.PlayAsync(10);
            result.Wrong.Should().BeEmpty($"seed {seed}");
            result.Audits.Should().Be(0, $"the auditor has nothing to say of seed {seed}");
            result.Fired.Should().BeGreaterThan(100, $"seed {seed} is to mean something");
            failures += result.Wrong.Count + result.Audits;
            (entries, fired, happenings) = (entries + result.Entries, fired + result.Fired, happenings + result.Happenings);
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {result.Happenings} happenings, {result.Entries} entries, {result.Fired} deadlines fired");
        }

        Threat.Report("T-12", Seeds, failures, $"ten virtual years each: {happenings} happenings, {entries} entries, {fired} deadlines fired");
    }

    private static int? Said(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var said) ? said : null;

    [Fact]
    public async Task With_the_sweep_broken_the_auditor_speaks()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            // The witness would stop at the first: here only the auditor is asked.
            await using var years = new VirtualYears(seed, (_, d) => d.DueMicros % 7 == 0);
            var result = await years.PlayAsync(1);
            result.Wrong.Should().NotBeEmpty($"seed {seed}");
            result.Audits.Should().BeGreaterThan(0, $"seed {seed}");
        }
    }
}
