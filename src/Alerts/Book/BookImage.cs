using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PingAnIoT.Alerts;

/// <summary>
/// The live alerts as of one entry, in one file, so that a start with a million of them does not parse a million rows. It vouches for nothing: it is
/// taken when it is whole, by the very same build, of an entry that is in the ledger with the same hash, and may be deleted at any time.
/// </summary>
internal static class BookImage
{
    public const string FileName = "book.image";
    private const ulong Magic = 0x31_4B_4F_4F_42_41_50; // "PABOOK1"
    private const int BufferBytes = 1 << 20;
    private const int LongestItem = 1 << 26;

    /// <summary>Another build may pack the same alert otherwise.</summary>
    private static byte[] Build => typeof(BookImage).Module.ModuleVersionId.ToByteArray();

    /// <summary>Written beside, brought to disk and renamed: there is a whole one or none.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Write(string folder, BookSnapshot book)
    {
        var path = Path.Combine(folder, FileName);
        var beside = path + ".new";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            using var output = new Output(file);
            output.Number((long)Magic);
            output.Item(Build);
            output.Number(book.Sequence);
            output.Item(book.Hash.Span);

            // Of a moment after the book, so that all its words are among them.
            var all = book.Words?.ToArray() ?? [];
            output.Number(all.Length);
            foreach (var word in all)
            {
                output.Item(System.Text.Encoding.UTF8.GetBytes(word));
            }

            output.Number(book.Alerts.Count);
            foreach (var alert in book.Alerts.Packed)
            {
                output.Item(alert.Facts);
                output.Item(alert.Rest is { } rest ? JsonSerializer.SerializeToUtf8Bytes(rest, AlertsJson.Readable.Alert) : []);
            }

            output.End();
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <returns>Null when there is none, or none that can be used.</returns>
    public static Content? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return Read(new Input(file), mostItems: file.Length / sizeof(long));
        }
        catch (Exception damaged) when (damaged is IOException or InvalidDataException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // The start is when it is needed: there is no time to warm up.
    private static Content? Read(Input input, long mostItems)
    {
        if (input.Number() != (long)Magic || !input.Item().AsSpan().SequenceEqual(Build))
        {
            return null;
        }

        var (sequence, hash) = (input.Number(), input.Item());
        var words = new WordTable();
        for (var left = input.Number(); left > 0; left--)
        {
            words.NumberOf(System.Text.Encoding.UTF8.GetString(input.Item()));
        }

        var row = new AlertRow();
        var count = input.Number();
        var alerts = new List<PackedAlert>((int)Math.Clamp(count, 0, mostItems));
        for (var left = count; left > 0; left--)
        {
            var facts = input.Item();
            var rest = input.Item();
            alerts.Add(PackedAlert.Of(words, facts, rest.Length == 0 ? null : row.Read(rest)));
        }

        return input.IsWhole() ? new Content(sequence, hash, words, alerts) : null;
    }

    /// <param name="Sequence">The entry it is of.</param>
    /// <param name="Hash">That entry's.</param>
    /// <param name="Words">The alerts' own.</param>
    /// <param name="Alerts">In no order.</param>
    public sealed record Content(long Sequence, byte[] Hash, WordTable Words, List<PackedAlert> Alerts);

    /// <summary>Items of whole eight bytes each, so that the sum is over words.</summary>
    private sealed class Output(Stream file) : IDisposable
    {
        private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        private int used;
        private uint sum;

        public void Number(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);
        }

        public void Item(ReadOnlySpan<byte> bytes)
        {
            Number(bytes.Length);
            while (bytes.Length > 0)
            {
                var part = Math.Min(bytes.Length, BufferBytes / 2);
                var padded = (part + 7) & ~7;
                var room = Room(padded);
                bytes[..part].CopyTo(room);
                room[part..].Clear();
                bytes = bytes[part..];
            }
        }

        public void End()
        {
            Send();
            BinaryPrimitives.WriteInt64LittleEndian(Room(8), sum);
            file.Write(buffer.AsSpan(0, used));
        }

        public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

        private Span<byte> Room(int count)
        {
            if (used + count > BufferBytes)
            {
                Send();
            }

            used += count;
            return buffer.AsSpan(used - count, count);
        }

        private void Send()
        {
            sum = Sum(sum, buffer.AsSpan(0, used));
            file.Write(buffer.AsSpan(0, used));
            used = 0;
        }
    }

    private sealed class Input(Stream file)
    {
        private readonly byte[] buffer = new byte[BufferBytes];
        private int at;
        private int end;
        private uint sum;

        public long Number() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        /// <exception cref="InvalidDataException">It cannot be so long.</exception>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public byte[] Item()
        {
            var length = Number();
            if (length is < 0 or > LongestItem)
            {
                throw new InvalidDataException("An image of the book is damaged.");
            }

            var item = new byte[length];
            for (var done = 0; done < length;)
            {
                var part = Math.Min((int)length - done, BufferBytes / 2);
                Take((part + 7) & ~7)[..part].CopyTo(item.AsSpan(done));
                done += part;
            }

            return item;
        }

        public bool IsWhole()
        {
            var found = Sum(sum, buffer.AsSpan(0, at));
            return Number() == found && at == end && file.ReadByte() < 0;
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            if (end - at < count)
            {
                sum = Sum(sum, buffer.AsSpan(0, at));
                buffer.AsSpan(at, end - at).CopyTo(buffer);
                (end, at) = (end - at, 0);
                end += file.ReadAtLeast(buffer.AsSpan(end), count - end, throwOnEndOfStream: true);
            }

            at += count;
            return buffer.AsSpan(at - count, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Sum(uint sum, ReadOnlySpan<byte> words)
    {
        for (; words.Length >= 8; words = words[8..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(words));
        }

        return sum;
    }
}
