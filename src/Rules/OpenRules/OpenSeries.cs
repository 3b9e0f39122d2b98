namespace PingAnIoT.Rules;

/// <summary>One series as an open rule has it: reading by reading, by windows, or both. Threading: owned by the rule's thread.</summary>
/// <param name="name"><c>kind/device/quantity</c>.</param>
/// <param name="isPlain">Whether the readings themselves are asked for.</param>
/// <param name="windows">Those that are asked for.</param>
internal sealed class OpenSeries(string name, bool isPlain, OpenWindow[] windows)
{
    private long last = Never.Micros;

    public string Name => name;

    public OpenWindow[] Windows => windows;

    /// <summary>Takes a reading into the windows.</summary>
    /// <param name="reading">Of the series.</param>
    /// <param name="isGiven">Whether the rule is given the reading itself: it asked for readings, and this one is newer than those before.</param>
    /// <returns>False where something that was asked for cannot take it: it comes too late.</returns>
    public bool Take(in Reading reading, out bool isGiven)
    {
        var isTaken = true;
        foreach (var window in windows)
        {
            isTaken &= window.Put(reading.EventTimeMicros, reading.Value);
        }

        isGiven = isPlain && reading.EventTimeMicros > last;
        last = Math.Max(last, reading.EventTimeMicros);
        return isTaken && (isGiven || !isPlain);
    }
}
