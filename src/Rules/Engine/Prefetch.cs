using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PingAnIoT.Rules;

/// <summary>Asks memory for a line that will be needed a little later. A hint only: it changes no result.</summary>
internal static unsafe class Prefetch
{
    public const int LineBytes = 64;
    private const int BytesAsked = 4 * LineBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line<T>(ref T item)
        where T : struct => Line(Unsafe.AsPointer(ref item));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>Asks for a block; of a larger one only for what comes first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Block(byte* start, int bytes)
    {
        Line(start);

        // The second line of two; of one line the same again, which costs less than a branch that is mispredicted.
        Line(start + ((bytes >> 1) & LineBytes));
        if (bytes > 2 * LineBytes)
        {
            Rest(start, bytes);
        }
    }

    private static void Rest(byte* start, int bytes)
    {
        for (var at = LineBytes; at < Math.Min(bytes, BytesAsked); at += LineBytes)
        {
            Line(start + at);
        }
    }
}
