namespace PingAnIoT.Simulators;

/// <summary>One report of a device: which samples are in it. Its bytes follow from it and are made when it is sent.</summary>
/// <param name="Device">Number.</param>
/// <param name="Samples">How many, at steps of the device's sampling interval unless <paramref name="Moments"/> says otherwise; 1 for one by exception.</param>
/// <param name="Millis">Unix milliseconds of the last sample, by a right clock.</param>
/// <param name="Moments">Unix milliseconds of each sample, in order, where they are not evenly apart; null where they are. Nobody changes it.</param>
internal readonly record struct Report(int Device, int Samples, long Millis, long[]? Moments = null)
{
    /// <param name="back">0 for the last sample, 1 for the one before it and so on.</param>
    /// <param name="stepMillis">The device's sampling interval.</param>
    public long MillisOf(int back, int stepMillis) => Moments is null ? Millis - ((long)back * stepMillis) : Moments[^(back + 1)];
}
