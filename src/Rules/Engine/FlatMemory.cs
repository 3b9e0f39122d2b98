using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PingAnIoT.Rules;

/// <summary>Memory that has an address and begins with a cache line; on large pages, where the system gives them, if it is large itself.</summary>
internal static unsafe partial class FlatMemory
{
    private const int LineBytes = 64;
    private const int LargePageBytes = 2 * 1024 * 1024;
    private const int AdviseLargePages = 14;

    /// <param name="bytes">How much.</param>
    /// <param name="start">Where it begins; what is there is anything.</param>
    /// <returns>What keeps it: the memory is there while this is.</returns>
    public static byte[] Allocate(long bytes, out nint start)
    {
        var align = bytes >= LargePageBytes ? LargePageBytes : LineBytes;
        var memory = GC.AllocateUninitializedArray<byte>(checked((int)bytes + align), pinned: true);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        start = (address + align - 1) & -align;
        if (align == LargePageBytes && OperatingSystem.IsLinux())
        {
            _ = Advise(start, (nuint)bytes & ~(nuint)(LargePageBytes - 1), AdviseLargePages);
        }

        return memory;
    }

    /// <summary>A hint: whether it is heeded shows in speed alone.</summary>
    [SuppressMessage("Security", "CA5392", Justification = "The C library is found by the loader's own rules.")]
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nuint length, int advice);
}

/// <summary>
/// An array in <see cref="FlatMemory"/>: no item of a line or less that is a power of two in size lies across two lines.
/// Threading: owned by one shard.
/// </summary>
internal sealed unsafe class FlatArray<T>
    where T : unmanaged
{
    private byte[] memory = [];
    private T* start;

    public int Length { get; private set; }

    public long Bytes => (long)Length * sizeof(T);

    /// <summary>Where the first item is; valid until the array grows. For hot paths whose indices are known to lie within.</summary>
    public T* Start => start;

    /// <summary>Valid until the array grows.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)index >= (uint)Length)
            {
                throw new ArgumentOutOfRangeException(nameof(index));
            }

            return ref start[index];
        }
    }

    /// <summary>Valid until the array grows.</summary>
    public Span<T> AsSpan() => new(start, Length);

    /// <summary>Makes it at least as long, twice as long as it was if need be.</summary>
    public void Grow(int length, T fill)
    {
        if (length <= Length)
        {
            return;
        }

        length = Math.Max(Math.Max(length, 64), (int)Math.Min(Length * 2L, Array.MaxLength / sizeof(T)));
        var larger = FlatMemory.Allocate((long)length * sizeof(T), out var address);
        var items = new Span<T>((void*)address, length);
        new Span<T>(start, Length).CopyTo(items);
        items[Length..].Fill(fill);
        GC.KeepAlive(memory);
        memory = larger;
        start = (T*)address;
        Length = length;
    }
}
