using System.Buffers.Binary;

namespace PingAnIoT.Bench;

/// <summary>64 bits of a message: among the few thousand that are compared at a time none are alike by accident.</summary>
internal static class MessageHash
{
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15UL;

    public static ulong Of(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload) => Add(Add(Odd, topic), payload);

    private static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        hash = Mix(hash ^ (ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            hash = Mix(hash ^ one);
        }

        return hash;
    }

    /// <summary>The halves stay different: a dictionary adds them bit by bit, and of two that are alike nothing would be left.</summary>
    private static ulong Mix(ulong hash)
    {
        hash *= Odd;
        return hash ^ (hash >> 32);
    }
}
