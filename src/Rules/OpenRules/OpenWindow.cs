using System.Runtime.InteropServices;

namespace PingAnIoT.Rules;

/// <summary>
/// A window that an open rule asked for, of one series, over and over: it covers (end - T, end], and ends are the whole multiples of T since 1970-01-01T00:00:00Z.
/// Which readings count is the engine's rule, and its functions work the value out. It is over with the first reading behind which nothing more can come for it,
/// whatever the clock says: a backlog has the windows of the live run. Threading: owned by its rule's thread.
/// </summary>
/// <param name="input">What was asked for.</param>
/// <param name="scratch">For functions that need an order.</param>
internal sealed class OpenWindow(OpenWindowInput input, Scratch scratch)
{
    private static readonly EngineOptions Engine = new();
    private readonly List<Sample> samples = [];

    public string Name => input.Name;

    /// <returns>False for one that does not count: behind the newest by more than the allowed lateness, or of a time that is there already.</returns>
    public bool Put(long eventMicros, double value)
    {
        var at = samples.Count;
        if (at > 0 && eventMicros < samples[^1].EventTimeMicros - Engine.AllowedLatenessMicros)
        {
            return false;
        }

        while (at > 0 && samples[at - 1].EventTimeMicros >= eventMicros)
        {
            at--;
        }

        if (at < samples.Count && samples[at].EventTimeMicros == eventMicros)
        {
            return false;
        }

        samples.Insert(at, new Sample { EventTimeMicros = eventMicros, Value = value });
        if (samples.Count > Engine.SeriesReadingsMax)
        {
            samples.RemoveAt(0);
        }

        return true;
    }

    /// <summary>The oldest window that is over. One without a reading is none, and one without a defined value is passed over.</summary>
    /// <returns>False when none is; the newest reading is always kept, so there is no end to wait for otherwise.</returns>
    public bool TryEnd(out long end, out double value)
    {
        while (samples.Count > 0 && EndOf(samples[0].EventTimeMicros) is var next && next < samples[^1].EventTimeMicros - Engine.AllowedLatenessMicros)
        {
            var all = CollectionsMarshal.AsSpan(samples);
            var count = Windows.FirstAfter(all, next);
            (end, value) = (next, Windows.Value(input.Plan, all[..count], scratch));
            samples.RemoveRange(0, count);
            if (double.IsFinite(value))
            {
                return true;
            }
        }

        (end, value) = (0, 0);
        return false;
    }

    private long EndOf(long eventMicros) => eventMicros + (((-eventMicros % input.Plan.Micros) + input.Plan.Micros) % input.Plan.Micros);
}

/// <summary>A window as an open rule asks for it.</summary>
/// <param name="Name">As asked for: <c>mean(10m)</c>.</param>
/// <param name="Plan">Of no rule.</param>
internal sealed record OpenWindowInput(string Name, WindowPlan Plan)
{
    /// <summary>The functions that give a number, of a window that has a length.</summary>
    private static readonly WindowFunction[] Functions =
    [
        WindowFunction.Mean, WindowFunction.Min, WindowFunction.Max, WindowFunction.Sum, WindowFunction.Count, WindowFunction.Range, WindowFunction.Rate, WindowFunction.Delta,
        WindowFunction.StdDev, WindowFunction.Ewma, WindowFunction.Quantile,
    ];

    /// <returns>The window; null with what is wrong.</returns>
    public static OpenWindowInput? Read(string text, out string fault)
    {
        var errors = new RuleErrors("");
        var window = WindowText.Read(new YamlScalar(1, 1, text), errors);
        fault = errors.Count > 0 ? errors.InOrder()[0].Message
            : Array.IndexOf(Functions, window!.Value.Function) < 0 ? $"expected one of {string.Join(", ", Functions.Select(WindowText.NameOf))}" : "";
        return fault.Length > 0 ? null : new OpenWindowInput(text, new WindowPlan(window!.Value));
    }
}
