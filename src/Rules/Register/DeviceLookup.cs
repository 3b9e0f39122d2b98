namespace PingAnIoT.Rules;

/// <summary>One of many look-ups that are done together, so that waiting for memory overlaps: see <see cref="DeviceRegister.Find(Span{DeviceLookup}, ReadOnlySpan{byte})"/>.</summary>
public struct DeviceLookup
{
    /// <summary>Index of the kind; below 0 for one that is not to be looked up.</summary>
    public int Kind { get; init; }

    /// <summary>Where the name begins in the texts, UTF-8.</summary>
    public int NameStart { get; init; }

    /// <summary>Bytes of the name.</summary>
    public int NameLength { get; init; }

    /// <summary>The answer: index of the device, or -1.</summary>
    public int Device { get; set; }

    internal ulong Hash { get; set; }
}
