using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// A register as a start can take it in without reading the file it came from: the columns of a <see cref="RegisterTable"/> as they lie in memory. It is
/// only ever a copy: it names the very texts it was made of, and is believed when those are the ones there are now and every checksum is right.
/// On disk: "PAREG1\n\0" as a number, version, key, then for each part its bytes, u32 CRC-32C of (version, number of the part, bytes), bytes. In the machine's own order of
/// bytes: on a machine of the other it is not an image.
/// </summary>
public static class RegisterImage
{
    /// <summary>Bytes of what names its source.</summary>
    public const int KeyBytes = 32;

    private const ulong Magic = 0x00_0A_31_47_45_52_41_50;
    private const uint Version = 1;
    private const int HeadBytes = sizeof(ulong) + sizeof(uint) + KeyBytes;
    private const int PartHeadBytes = sizeof(int) + sizeof(uint);

    /// <param name="stream">Taken from its beginning.</param>
    /// <param name="key">Of all that the register was made of.</param>
    /// <param name="table">The register.</param>
    /// <param name="notes">What the reading of the files had to say besides; comes back as it is.</param>
    public static void Write(Stream stream, ReadOnlySpan<byte> key, RegisterTable table, string notes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes, nameof(key));
        Span<byte> head = stackalloc byte[HeadBytes];
        MemoryMarshal.Write(head, Magic);
        MemoryMarshal.Write(head[sizeof(ulong)..], Version);
        key.CopyTo(head[^KeyBytes..]);
        stream.Write(head);
        var (to, names, facts) = (new Parts(stream), table.Names, table.Facts.Of);
        to.Write(names.Kinds);
        to.Write(names.Lengths);
        to.Write(names.Bytes);
        to.Write(facts.Gateways);
        to.Write(facts.Territories);
        to.Write(facts.Addresses);
        to.Write(facts.OwnerUnits);
        to.Write(facts.Latitudes);
        to.Write(facts.Longitudes);
        to.Write(facts.SetPoints);
        to.Write(facts.Retired);
        to.Write(facts.TextEnds);
        to.Write(facts.TextBytes);
        to.Write(facts.ListEnds);
        to.Write(facts.ListTexts);
        to.Write(facts.SetEnds);
        to.Write(facts.SetNames);
        to.Write(facts.SetValues);
        to.Write(Encoding.UTF8.GetBytes(notes));
    }

    /// <returns>The key that an image was written with; null when this is no image of this version.</returns>
    public static byte[]? ReadKey(Stream stream)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        return stream.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) == HeadBytes
            && MemoryMarshal.Read<ulong>(head) == Magic && MemoryMarshal.Read<uint>(head[sizeof(ulong)..]) == Version
            ? head[^KeyBytes..].ToArray() : null;
    }

    /// <param name="stream">Just after its key.</param>
    /// <exception cref="InvalidDataException">It is damaged or cut short.</exception>
    public static (RegisterTable Table, string Notes) ReadRest(Stream stream)
    {
        var from = new Parts(stream);
        var names = new RegisterNames(from.Read<byte>(), from.Read<byte>(), from.Read<byte>());
        var facts = new RegisterFacts(new RegisterFacts.Columns
        {
            Gateways = from.Read<int>(),
            Territories = from.Read<int>(),
            Addresses = from.Read<int>(),
            OwnerUnits = from.Read<int>(),
            Latitudes = from.Read<double>(),
            Longitudes = from.Read<double>(),
            SetPoints = from.Read<int>(),
            Retired = from.Read<int>(),
            TextEnds = from.Read<int>(),
            TextBytes = from.Read<byte>(),
            ListEnds = from.Read<int>(),
            ListTexts = from.Read<int>(),
            SetEnds = from.Read<int>(),
            SetNames = from.Read<int>(),
            SetValues = from.Read<double>(),
        });
        var notes = Encoding.UTF8.GetString(from.Read<byte>());
        RegisterNames.Require(stream.ReadByte() < 0, "its end where it should be");
        return (new RegisterTable(names, facts), notes);
    }

    /// <summary>Columns one after the other.</summary>
    private sealed class Parts(Stream stream)
    {
        private uint number;

        public void Write<T>(T[] column)
            where T : unmanaged
        {
            var bytes = MemoryMarshal.AsBytes(column.AsSpan());
            Span<byte> head = stackalloc byte[PartHeadBytes];
            MemoryMarshal.Write(head, bytes.Length);
            MemoryMarshal.Write(head[sizeof(int)..], Crc(number++, bytes));
            stream.Write(head);
            stream.Write(bytes);
        }

        public T[] Read<T>()
            where T : unmanaged
        {
            Span<byte> head = stackalloc byte[PartHeadBytes];
            RegisterNames.Require(stream.ReadAtLeast(head, PartHeadBytes, throwOnEndOfStream: false) == PartHeadBytes, "all its parts");
            var (length, unit) = (MemoryMarshal.Read<int>(head), Marshal.SizeOf<T>());
            RegisterNames.Require(length >= 0 && length % unit == 0 && length <= stream.Length - stream.Position, "all its bytes");
            var column = GC.AllocateUninitializedArray<T>(length / unit);
            var bytes = MemoryMarshal.AsBytes(column.AsSpan());
            stream.ReadExactly(bytes);
            RegisterNames.Require(Crc(number++, bytes) == MemoryMarshal.Read<uint>(head[sizeof(int)..]), "the checksum that it says");
            return column;
        }

        private static uint Crc(uint number, ReadOnlySpan<byte> bytes)
        {
            var crc = BitOperations.Crc32C(BitOperations.Crc32C(~0u, Version), number);
            while (bytes.Length >= sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                bytes = bytes[sizeof(ulong)..];
            }

            foreach (var single in bytes)
            {
                crc = BitOperations.Crc32C(crc, single);
            }

            return ~crc;
        }
    }
}
