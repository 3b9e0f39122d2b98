using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>Finds series' blocks by their places and asks memory for them: what does not change from one to the next is looked up once.</summary>
/// <param name="starts">As <see cref="LineArena.Starts"/>.</param>
internal readonly unsafe ref struct BlockFinder(nint* starts)
{
    private const int BytesAsked = 4 * Prefetch.LineBytes;

    private readonly nint* starts = starts;

    /// <summary>Of a larger block only what comes first is asked for.</summary>
    /// <param name="place">Of a series in the store.</param>
    /// <returns>The block where its samples are packed; null where not, or where there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Ask(int place)
    {
        var start = LineArena.At(starts, BlockForm.UnitOf(place));
        var bytes = LineArena.UnitBytes << BlockForm.BitsOf(place);
        Prefetch.Line(start);

        // The second line of two; of one line the same again, which costs less than a branch that is mispredicted.
        Prefetch.Line(start + ((bytes >> 1) & Prefetch.LineBytes));
        if (bytes > 2 * Prefetch.LineBytes)
        {
            AskForRest(start, bytes);
        }

        // Where the samples are not packed the mask is 0.
        return (byte*)((nint)start & ((place & 1) - 1));
    }

    private static void AskForRest(byte* start, int bytes)
    {
        for (var at = Prefetch.LineBytes; at < Math.Min(bytes, BytesAsked); at += Prefetch.LineBytes)
        {
            Prefetch.Line(start + at);
        }
    }
}
