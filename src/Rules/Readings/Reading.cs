namespace PingAnIoT.Rules;

/// <summary>What is noteworthy about how a reading arrived.</summary>
[Flags]
public enum ReadingFlags : ushort
{
    None = 0,

    /// <summary>The sender's time was more than 5 minutes in the future; the event time is the receive time instead.</summary>
    TimeReplaced = 1,

    /// <summary>A gateway's own coming or going: every shard must know, not only the one that its series belongs to.</summary>
    EveryShard = 2,

    /// <summary>
    /// No measurement: what the series' latched rules say is reset by hand. The value is not a number, so that nothing takes it for one.
    /// </summary>
    Reset = 4,
}

/// <summary>
/// One value of one quantity of one device. 32 bytes, so that two fill a cache line.
/// A reading with <see cref="Device"/> = -1 is a tick: nothing but the passing of receive time.
/// </summary>
/// <param name="Device">Dense index in the <see cref="DeviceRegister"/>, or -1 for a tick.</param>
/// <param name="Quantity">Index of the quantity within the device's <see cref="Kind"/>.</param>
/// <param name="Flags">How it arrived.</param>
/// <param name="EventTimeMicros">When it was measured, microseconds since 1970-01-01T00:00:00Z.</param>
/// <param name="ReceiveTimeMicros">When it was taken in, by the receive clock (which never steps back). Between gateways it may be a few milliseconds out of order along the journal.</param>
/// <param name="Value">Finite (but for a reset), in the quantity's own unit. A boolean is 0 or 1.</param>
public readonly record struct Reading(
    int Device, ushort Quantity, ReadingFlags Flags, long EventTimeMicros, long ReceiveTimeMicros, double Value)
{
    /// <summary>How far ahead a sender's clock may be before its time is not believed.</summary>
    public const long FutureToleranceMicros = 5 * 60 * 1_000_000L;

    public bool IsTick => Device < 0;

    /// <summary>See <see cref="ReadingFlags.EveryShard"/>.</summary>
    public bool IsForEveryShard => (Flags & ReadingFlags.EveryShard) != ReadingFlags.None;

    /// <summary>See <see cref="ReadingFlags.Reset"/>.</summary>
    public bool IsReset => (Flags & ReadingFlags.Reset) != ReadingFlags.None;

    public static Reading Reset(int device, int quantity, long receiveTimeMicros) =>
        new(device, (ushort)quantity, ReadingFlags.Reset, receiveTimeMicros, receiveTimeMicros, double.NaN);

    public static Reading Tick(long receiveTimeMicros) =>
        new(-1, 0, ReadingFlags.None, receiveTimeMicros, receiveTimeMicros, 0);
}
