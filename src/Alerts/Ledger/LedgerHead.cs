using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PingAnIoT.Alerts;

/// <summary>
/// The newest committed sequence and hash, in a second place: <c>ledger.head</c>. A chain alone does not show that its tail was cut off.
/// Two slots in different sectors, written in turn after each commit, so that one is always whole; never ahead of the ledger,
/// and behind it after a power cut, as it is not synced each time.
/// Threading: owned by the writer.
/// </summary>
internal sealed class LedgerHead : IDisposable
{
    public const string FileName = "ledger.head";
    private const int SlotBytes = 52;
    private const int SlotSpacing = 512;
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle file;
    private int slot;

    private LedgerHead(Microsoft.Win32.SafeHandles.SafeFileHandle file) => this.file = file;

    /// <summary>A head as it was written: nothing yet is sequence 0.</summary>
    public readonly record struct Value(long Sequence, byte[] Hash);

    public static LedgerHead Open(string folder) =>
        new(File.OpenHandle(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite));

    /// <returns>The newest whole slot; null when the file is missing or neither slot is whole.</returns>
    public static Value? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Value? best = null;
        Span<byte> bytes = stackalloc byte[SlotBytes];
        for (var i = 0; i < 2; i++)
        {
            if (RandomAccess.Read(handle, bytes, i * SlotSpacing) == SlotBytes
                && bytes[44..].SequenceEqual(SHA256.HashData(bytes[..44]).AsSpan(0, 8)))
            {
                var sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes[4..]);
                best = best is null || sequence > best.Value.Sequence ? new Value(sequence, bytes[12..44].ToArray()) : best;
            }
        }

        return best;
    }

    public void Write(long sequence, byte[] hash)
    {
        Span<byte> bytes = stackalloc byte[SlotBytes];
        "PAH1"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[4..], sequence);
        hash.CopyTo(bytes[12..]);
        SHA256.HashData(bytes[..44]).AsSpan(0, 8).CopyTo(bytes[44..]);
        RandomAccess.Write(file, bytes, slot * SlotSpacing);
        slot = 1 - slot;
    }

    public void Sync() => RandomAccess.FlushToDisk(file);

    public void Dispose() => file.Dispose();
}
