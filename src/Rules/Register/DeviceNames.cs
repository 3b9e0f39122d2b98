using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PingAnIoT.Rules;

/// <summary>
/// Device names to dense indexes: open addressing over 8-byte slots, key bytes in an arena of chunks.
/// Threading: one writer at a time (the register's lock); readers need none. A slot is published after the key bytes it points to,
/// and a larger slot table after it is filled, so a reader sees either the device whole or not at all.
/// </summary>
internal sealed class DeviceNames
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Names whose slots are waited for together.</summary>
    private const int AtOnce = 64;

    /// <summary>Kind, length of the name, index of the device: with the name, all that a look-up needs of the arena is in one place.</summary>
    private const int KeyHeaderBytes = 2 + sizeof(int);

    /// <summary>Per process, so that nobody can choose names that collide; nothing that is kept depends on it.</summary>
    private readonly ulong seed = ((ulong)(uint)HashCode.Combine(1) << 32) | (uint)HashCode.Combine(2);

    // Slot: lower half of the hash | place of the key in the arena + 1; 0 is empty.
    private volatile ulong[] slots = new ulong[256];
    private volatile byte[][] chunks = [new byte[ChunkBytes]];

    // Device index -> place of its key in the arena.
    private volatile int[] places = new int[128];
    private int arenaEnd;
    private int count;

    /// <returns>The index of the device, or -1.</returns>
    public int Find(int kind, ReadOnlySpan<byte> device) => Find(Hash(kind, device), kind, device);

    /// <summary>Whether a device's name and kind are these; false also for one that is being added.</summary>
    public bool Is(int index, int kind, ReadOnlySpan<byte> device)
    {
        var known = places;
        if ((uint)index >= (uint)known.Length)
        {
            return false;
        }

        // Where the key of one being added is not told yet, the first device's is.
        var key = KeyAt(Volatile.Read(ref known[index]));
        return key[0] == kind && BinaryPrimitives.ReadInt32LittleEndian(key[2..]) == index && device.SequenceEqual(key[KeyHeaderBytes..]);
    }

    /// <summary>The name of a device that <see cref="Find(int, ReadOnlySpan{byte})"/> has found.</summary>
    public ReadOnlySpan<byte> NameOf(int index) => KeyAt(places[index])[KeyHeaderBytes..];

    /// <summary>The kind of a device that can be found.</summary>
    public int KindOf(int index) => KeyAt(places[index])[0];

    /// <summary>
    /// Looks up many in three rounds: each touches one place of memory for every name, and asks for the next place before any of them is needed.
    /// </summary>
    public void Find(Span<DeviceLookup> lookups, ReadOnlySpan<byte> texts)
    {
        var table = slots;
        var mask = table.Length - 1;
        foreach (ref var lookup in lookups)
        {
            if (lookup.Kind >= 0)
            {
                lookup.Hash = Hash(lookup.Kind, texts.Slice(lookup.NameStart, lookup.NameLength));
                Fetch(in table[(int)(lookup.Hash >> 40) & mask]);
            }
        }

        foreach (ref var lookup in lookups)
        {
            var slot = lookup.Kind >= 0 ? Volatile.Read(ref table[(int)(lookup.Hash >> 40) & mask]) : 0;
            if (slot != 0)
            {
                var place = (int)(uint)slot - 1;
                Fetch(in chunks[place / ChunkBytes][place % ChunkBytes]);
            }
        }

        foreach (ref var lookup in lookups)
        {
            lookup.Device = lookup.Kind >= 0 ? Find(lookup.Hash, lookup.Kind, texts.Slice(lookup.NameStart, lookup.NameLength)) : -1;
        }
    }

    /// <summary>Asks for a place of memory that is needed soon.</summary>
    internal static unsafe void Fetch<T>(ref readonly T place)
        where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            // Only a hint: if the collector moves the array meanwhile, nothing is fetched in time and nothing else is wrong.
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in place)));
        }
    }

    private int Find(ulong hash, int kind, ReadOnlySpan<byte> device)
    {
        var table = slots;
        var mask = table.Length - 1;
        for (var at = (int)(hash >> 40) & mask; ; at = (at + 1) & mask)
        {
            var slot = Volatile.Read(ref table[at]);
            if (slot == 0)
            {
                return -1;
            }

            if ((uint)(slot >> 32) == (uint)hash && KeyAt((int)(uint)slot - 1) is var key
                && key[0] == kind && device.SequenceEqual(key[KeyHeaderBytes..]))
            {
                return BinaryPrimitives.ReadInt32LittleEndian(key[2..]);
            }
        }
    }

    /// <summary>Adds a name that is not there yet; its index is the number of names before it.</summary>
    public void Add(int kind, ReadOnlySpan<byte> device)
    {
        Store(kind, device);
        count++;
        if (count * 3L > slots.Length * 2L)
        {
            Grow();
        }
        else
        {
            Insert(slots, Hash(kind, device), places[count - 1]);
        }
    }

    /// <summary>Adds many at about the cost of a few, to an empty table.</summary>
    /// <exception cref="InvalidDataException">One of them is there twice.</exception>
    public void AddAll(RegisterNames all)
    {
        var slotCount = slots.Length;
        while (all.Kinds.Length * 3L > slotCount * 2L)
        {
            slotCount *= 2;
        }

        slots = new ulong[slotCount];
        places = new int[Math.Max(places.Length, all.Kinds.Length)];
        Span<ulong> hashes = stackalloc ulong[AtOnce];
        for (int from = 0, at = 0; from < all.Kinds.Length; from += AtOnce)
        {
            var some = hashes[..Math.Min(AtOnce, all.Kinds.Length - from)];
            for (var i = 0; i < some.Length; i++)
            {
                var name = all.Bytes.AsSpan(at, all.Lengths[from + i]);
                at += name.Length;
                Store(all.Kinds[from + i], name);
                count++;
                some[i] = Hash(all.Kinds[from + i], name);
                Fetch(in slots[(int)(some[i] >> 40) & (slotCount - 1)]);
            }

            for (var i = 0; i < some.Length; i++)
            {
                var name = NameOf(from + i);
                RegisterNames.Require(Find(some[i], all.Kinds[from + i], name) < 0, "each device once");
                Insert(slots, some[i], places[from + i]);
            }
        }
    }

    private ReadOnlySpan<byte> KeyAt(int place)
    {
        var chunk = chunks[place / ChunkBytes];
        var start = place % ChunkBytes;
        return chunk.AsSpan(start, KeyHeaderBytes + chunk[start + 1]);
    }

    private void Store(int kind, ReadOnlySpan<byte> device)
    {
        var length = KeyHeaderBytes + device.Length;
        if ((arenaEnd % ChunkBytes) + length > ChunkBytes)
        {
            arenaEnd = (arenaEnd / ChunkBytes + 1) * ChunkBytes;
        }

        if (arenaEnd / ChunkBytes == chunks.Length)
        {
            chunks = [.. chunks, new byte[ChunkBytes]];
        }

        var key = chunks[arenaEnd / ChunkBytes].AsSpan(arenaEnd % ChunkBytes, length);
        key[0] = (byte)kind;
        key[1] = (byte)device.Length;
        BinaryPrimitives.WriteInt32LittleEndian(key[2..], count);
        device.CopyTo(key[KeyHeaderBytes..]);
        if (count == places.Length)
        {
            var larger = places;
            Array.Resize(ref larger, larger.Length * 2);
            larger[count] = arenaEnd;
            places = larger;
        }
        else
        {
            Volatile.Write(ref places[count], arenaEnd);
        }

        arenaEnd += length;
    }

    private void Grow()
    {
        var larger = new ulong[slots.Length * 2];
        for (var index = 0; index < count; index++)
        {
            var key = KeyAt(places[index]);
            Insert(larger, Hash(key[0], key[KeyHeaderBytes..]), places[index]);
        }

        slots = larger;
    }

    private static void Insert(ulong[] table, ulong hash, int place)
    {
        var mask = table.Length - 1;
        var at = (int)(hash >> 40) & mask;
        while (table[at] != 0)
        {
            at = (at + 1) & mask;
        }

        Volatile.Write(ref table[at], (hash << 32) | (uint)(place + 1));
    }

    private ulong Hash(int kind, ReadOnlySpan<byte> device)
    {
        var hash = seed ^ (((ulong)(uint)kind << 8) | (uint)device.Length);
        while (device.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(device));
            device = device[sizeof(ulong)..];
        }

        // The length is in the seed already, so bytes may be taken twice.
        ulong tail = 0;
        if (device.Length >= sizeof(uint))
        {
            tail = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(device) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(device[^sizeof(uint)..]);
        }
        else if (device.Length > 0)
        {
            tail = ((ulong)device[0] << 16) | ((ulong)device[device.Length / 2] << 8) | device[^1];
        }

        return Mix(hash ^ tail);
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value ^ 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, out var low);
        return high ^ low;
    }
}
