using System.Runtime.CompilerServices;

namespace PingAnIoT.Simulators;

/// <summary>
/// All chance of a simulation: a pure function of a seed, of what it is for and of a number (often a slice of time). So a device can be asked for any
/// moment in any order, on any thread, after any restart, and says the same.
/// </summary>
public static class Chance
{
    /// <param name="seed">Of the device, the gateway or the fleet.</param>
    /// <param name="purpose">What it decides; one constant per use, so that uses do not depend on each other.</param>
    /// <param name="index">Which of them.</param>
    /// <returns>64 bits that look random.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(ulong seed, uint purpose, long index)
    {
        var x = seed ^ (purpose * 0x9E37_79B9_7F4A_7C15UL) ^ Spread((ulong)index);
        x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return x ^ (x >> 31);
    }

    /// <returns>At least 0, less than 1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Uniform(ulong seed, uint purpose, long index) => (Bits(seed, purpose, index) >> 11) * (1.0 / (1UL << 53));

    /// <returns>About normal with mean 0 and deviation 1, never beyond 3.5 (the sum of four uniform parts).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Normal(ulong seed, uint purpose, long index)
    {
        var bits = Bits(seed, purpose, index);
        var sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return (sum - 131_070.0) * (1.7320508075688772 / 65_536);
    }

    /// <summary>Neighbouring numbers far apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Spread(ulong index) => (index + 0x632B_E59B_D9B4_E019UL) * 0xD6E8_FEB8_6659_FD93UL;
}
