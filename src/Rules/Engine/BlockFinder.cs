using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>Finds series' blocks by their places and asks memory for them: what does not change from one to the next is looked up once.</summary>
/// <param name="starts">As <see cref="LineArena.Starts"/>.</param>
internal readonly unsafe ref struct BlockFinder(nint* starts)
{
    private readonly nint* starts = starts;

    /// <param name="place">Of a series in the store.</param>
    /// <returns>The block where its samples are packed; null where not, or where there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Ask(int place)
    {
        var start = LineArena.At(starts, BlockForm.UnitOf(place));
        Prefetch.Block(start, LineArena.UnitBytes << BlockForm.BitsOf(place));

        // Where the samples are not packed the mask is 0.
        return (byte*)((nint)start & ((place & 1) - 1));
    }
}
