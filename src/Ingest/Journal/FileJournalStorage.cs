using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PingAnIoT.Ingest;

/// <summary>Segments as files <c>{start:x16}.journal</c> of one folder.</summary>
internal sealed partial class FileJournalStorage : IJournalStorage
{
    private const string Extension = ".journal";
    private readonly string folder;

    public FileJournalStorage(string folder)
    {
        this.folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(this.folder);
        DurableFolder.Sync(Path.GetDirectoryName(this.folder)!);
    }

    public IReadOnlyList<long> List() =>
    [
        .. Directory.EnumerateFiles(folder, "*" + Extension)
            .Select(f => long.TryParse(Path.GetFileNameWithoutExtension(f), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var start) ? start : -1)
            .Where(start => start >= 0)
            .Order(),
    ];

    public IJournalSegment Create(long start, long lengthBytes)
    {
        // Space is reserved here so that a full disk is met when a segment begins and seldom in the middle of one.
        var handle = File.OpenHandle(
            PathOf(start), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, lengthBytes);
        try
        {
            RandomAccess.SetLength(handle, lengthBytes);
            RandomAccess.FlushToDisk(handle);
            DurableFolder.Sync(folder);
            return new Segment(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public IJournalSegment Open(long start, bool writable) => new Segment(File.OpenHandle(
        PathOf(start), FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    public void Delete(long start) => File.Delete(PathOf(start));

    private string PathOf(long start) => Path.Combine(folder, start.ToString("x16", CultureInfo.InvariantCulture) + Extension);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    private sealed class Segment(SafeFileHandle handle) : IJournalSegment
    {
        public long LengthBytes => RandomAccess.GetLength(handle);

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

        public int Read(Span<byte> bytes, long offset)
        {
            var total = 0;
            while (total < bytes.Length)
            {
                var read = RandomAccess.Read(handle, bytes[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Sync()
        {
            if (!OperatingSystem.IsLinux())
            {
                RandomAccess.FlushToDisk(handle);
            }
            else if (FDataSync(handle) != 0)
            {
                // The runtime's own flush overlooks errors of file systems that cannot sync; here every error counts.
                throw new IOException($"fdatasync: error {Marshal.GetLastPInvokeError()}");
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
