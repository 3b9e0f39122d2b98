namespace PingAnIoT.Bench;

/// <summary>One series that reports: whose it is and which of the workload's value profiles it follows.</summary>
internal readonly record struct Point(int Device, ushort Quantity, ushort Profile);

/// <summary>What a series says: evenly spread about a base, and now and then the value that crosses a band.</summary>
/// <param name="Base">In the middle.</param>
/// <param name="Spread">The furthest from it.</param>
/// <param name="Alarm">What crosses.</param>
/// <param name="Digits">After the point, as the sensor sends them; <see cref="All"/> for values that use a double to its last bit.</param>
internal readonly record struct Profile(double Base, double Spread, double Alarm, int Digits)
{
    public const int All = -1;

    private static ReadOnlySpan<double> Scales => [1, 10, 100, 1000];

    /// <summary>The double nearest to the decimal, as a decoder makes it of the text.</summary>
    /// <param name="share">Of the spread, -1 to 1.</param>
    public double At(double share)
    {
        var value = Base + (Spread * share);

        // The 0 keeps small negative values from becoming -0, which sensors of whole units do not know.
        return Digits == All ? value : (Math.Round(value * Scales[Digits]) / Scales[Digits]) + 0.0;
    }
}
