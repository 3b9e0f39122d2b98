namespace PingAnIoT.Judge;

/// <summary>
/// Ends tests that a mutant keeps from ending. Time is the process's processor time, so that a busy machine makes no time-outs: five times what the
/// test takes without a mutant, and two seconds. Then the mutant is switched off, by which nearly all loops end; where one does not, the process does.
/// Threading: the worker begins and ends, a timer looks.
/// </summary>
internal sealed class TestTimer : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);
    private readonly Lock gate = new();
    private readonly ITimer looks;
    private readonly MutatedTests tests;
    private readonly TextWriter output;
    private MutatedTest? running;
    private TimeSpan until;

    public TestTimer(MutatedTests tests, TextWriter output)
    {
        (this.tests, this.output) = (tests, output);
        looks = TimeProvider.System.CreateTimer(_ => Look(), null, Every, Every);
    }

    /// <summary>Whether the last test took too long.</summary>
    public bool IsOver { get; private set; }

    public void Begin(MutatedTest test)
    {
        lock (gate)
        {
            (running, IsOver) = (test, false);
            until = Environment.CpuUsage.TotalTime + TimeSpan.FromSeconds(2) + (5 * test.Cost);
        }
    }

    public bool End()
    {
        lock (gate)
        {
            running = null;
            return IsOver;
        }
    }

    private void Look()
    {
        lock (gate)
        {
            if (running is null || Environment.CpuUsage.TotalTime < until)
            {
                return;
            }

            if (IsOver)
            {
                output.WriteLine($"timeout {running.Name}");
                Environment.FailFast(null);
            }

            IsOver = true;
            tests.Active = -1;
            until += Grace;
        }
    }

    public void Dispose() => looks.Dispose();
}
