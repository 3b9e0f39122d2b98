using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>
/// SHA-256 over everything an entry says and the hash before it. Every field goes in with its length, so no two different entries
/// spell the same bytes. The layout is persisted: a change is a new version byte.
/// </summary>
internal static class HashChain
{
    public const int HashBytes = 32;
    private const byte Version = 1;

    public static byte[] Start { get; } = new byte[HashBytes];

    public static byte[] Hash(in RawEntry entry)
    {
        var length = 1 + (3 * 8) + (4 * 4) + entry.Alert.Length + entry.Actor.Length + entry.Key.Length + entry.Body.Length + HashBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var span = buffer.AsSpan();
        span[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(span[1..], entry.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(span[9..], entry.TimeMicros);
        BinaryPrimitives.WriteInt64LittleEndian(span[17..], entry.Kind);
        var at = 25;
        at = Add(span, at, entry.Alert);
        at = Add(span, at, entry.Actor);
        at = Add(span, at, entry.Key);
        at = Add(span, at, entry.Body);
        entry.Previous.CopyTo(span[at..]);
        at += entry.Previous.Length;
        var hash = SHA256.HashData(span[..at]);
        ArrayPool<byte>.Shared.Return(buffer);
        return hash;
    }

    private static int Add(Span<byte> span, int at, byte[] field)
    {
        BinaryPrimitives.WriteInt32LittleEndian(span[at..], field.Length);
        field.CopyTo(span[(at + 4)..]);
        return at + 4 + field.Length;
    }
}

/// <summary>An entry as the file has it, byte for byte: what is hashed, and what is checked.</summary>
internal readonly record struct RawEntry(
    long Sequence, long TimeMicros, long Kind, byte[] Alert, byte[] Actor, byte[] Key, byte[] Body, byte[] Previous)
{
    public static RawEntry Of(
        long sequence, long timeMicros, EntryKind kind, string alert, string actor, string key, byte[] body, byte[] previous) => new(
        sequence, timeMicros, (long)kind,
        Encoding.UTF8.GetBytes(alert), Encoding.UTF8.GetBytes(actor), Encoding.UTF8.GetBytes(key), body, previous);
}
