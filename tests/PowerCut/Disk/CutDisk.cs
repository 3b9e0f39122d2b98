namespace PingAnIoT.PowerCut;

/// <summary>What becomes of writes that no sync has covered when the power goes.</summary>
public enum CutMode
{
    /// <summary>None of them arrived.</summary>
    DropAll,

    /// <summary>Any of their sectors may have arrived, in any combination.</summary>
    RandomSubset,
}

/// <summary>
/// A disk that remembers what is on the platter and what is only on its way. Fed operations one by one; at any moment the power may be cut
/// and what would be found afterwards is laid out in a folder. A sector is never torn; a sync covers its own file and the file's name, nothing else.
/// </summary>
public sealed class CutDisk
{
    private readonly Dictionary<ulong, DiskFile> files = [];
    private readonly Dictionary<string, DiskFile> names = new(StringComparer.Ordinal);
    private Dictionary<string, DiskFile> durableNames = new(StringComparer.Ordinal);

    /// <summary>The newest acknowledgement; empty when there was none.</summary>
    public string LastAck { get; private set; } = "";

    public void Apply(DiskOp op)
    {
        switch (op.Kind)
        {
            case DiskOpKind.Open:
                if (!names.ContainsKey(op.Path))
                {
                    // A number may be used again after its file was unlinked.
                    names[op.Path] = files[op.File] = new DiskFile();
                }

                break;
            case DiskOpKind.Write when files.TryGetValue(op.File, out var written):
                written.Pending.Add(op);
                break;
            case DiskOpKind.Truncate when files.TryGetValue(op.File, out var cut):
                cut.Pending.Add(op);
                break;
            case DiskOpKind.Sync when files.TryGetValue(op.File, out var synced):
                synced.Settle();
                KeepNamesOf(synced);
                break;
            case DiskOpKind.Unlink:
                names.Remove(op.Path);
                break;
            case DiskOpKind.Rename when names.Remove(op.Path, out var moved):
                names[op.NewPath] = moved;
                break;
            case DiskOpKind.SyncFolder:
                durableNames = new Dictionary<string, DiskFile>(names, StringComparer.Ordinal);
                break;
            case DiskOpKind.Ack:
                LastAck = System.Text.Encoding.UTF8.GetString(op.Data ?? []);
                break;
        }
    }

    /// <summary>Lays out in <paramref name="folder"/> what is found after a cut at this moment. The disk itself goes on as if nothing had happened.</summary>
    public void CutInto(string folder, CutMode mode, Random random, int sectorBytes = 512)
    {
        var found = mode == CutMode.DropAll || random.Next(2) == 0 ? durableNames : names;
        foreach (var (name, file) in found)
        {
            var bytes = file.Durable;
            if (mode == CutMode.RandomSubset)
            {
                bytes = bytes.Copy();
                foreach (var op in file.Pending)
                {
                    ApplySome(bytes, op, random, sectorBytes);
                }
            }

            using var target = File.Create(Path.Combine(folder, name));
            target.Write(bytes.Span);
        }
    }

    private static void ApplySome(DiskBytes bytes, DiskOp op, Random random, int sectorBytes)
    {
        if (op.Kind == DiskOpKind.Truncate)
        {
            if (random.Next(2) == 0)
            {
                bytes.SetLength(op.Offset);
            }

            return;
        }

        var data = op.Data!;
        for (var at = 0; at < data.Length;)
        {
            var next = Math.Min(data.Length, at + sectorBytes - (int)((op.Offset + at) % sectorBytes));
            if (random.Next(2) == 0)
            {
                bytes.Write(op.Offset + at, data.AsSpan(at, next - at));
            }

            at = next;
        }
    }

    private void KeepNamesOf(DiskFile file)
    {
        foreach (var (name, named) in names)
        {
            if (ReferenceEquals(named, file))
            {
                durableNames[name] = file;
            }
        }
    }

    private sealed class DiskFile
    {
        public DiskBytes Durable { get; } = new();

        public List<DiskOp> Pending { get; } = [];

        public void Settle()
        {
            foreach (var op in Pending)
            {
                if (op.Kind == DiskOpKind.Truncate)
                {
                    Durable.SetLength(op.Offset);
                }
                else
                {
                    Durable.Write(op.Offset, op.Data!);
                }
            }

            Pending.Clear();
        }
    }

    private sealed class DiskBytes
    {
        private byte[] bytes = [];
        private int length;

        public ReadOnlySpan<byte> Span => bytes.AsSpan(0, length);

        public DiskBytes Copy() => new() { bytes = Span.ToArray(), length = length };

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            Reserve((int)offset + data.Length);
            data.CopyTo(bytes.AsSpan((int)offset));
            length = Math.Max(length, (int)offset + data.Length);
        }

        public void SetLength(long to)
        {
            Reserve((int)to);
            if (to < length)
            {
                bytes.AsSpan((int)to, length - (int)to).Clear();
            }

            length = (int)to;
        }

        private void Reserve(int size)
        {
            if (size > bytes.Length)
            {
                Array.Resize(ref bytes, Math.Max(size, bytes.Length * 2));
            }
        }
    }
}
