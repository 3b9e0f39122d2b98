using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PingAnIoT.Rules;

/// <summary>Asks memory for a line that will be needed a little later. A hint only: it changes no result.</summary>
internal static unsafe class Prefetch
{
    public const int LineBytes = 64;

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
}
