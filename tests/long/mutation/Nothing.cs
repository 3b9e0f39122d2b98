namespace PingAnIoT.Rules.Tests;

/// <summary>Lets Stryker make its mutants and run none: all that is wanted of it here is the mutated assembly, which is put aside.</summary>
public sealed class Nothing
{
    [Fact]
    public void Is_tested()
    {
        // One mutant must be seen to be covered, else all are taken for covered.
        var clock = default(ServerClock);
        clock.Tick(1, 1);
        clock.Tick(2, 1);
        clock.Now.Should().BeInRange(long.MinValue, long.MaxValue);
        File.Copy(typeof(Engine).Assembly.Location, Environment.GetEnvironmentVariable("PINGAN_MUTATED")!, overwrite: true);
    }
}
