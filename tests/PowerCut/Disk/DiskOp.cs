namespace PingAnIoT.PowerCut;

public enum DiskOpKind : byte
{
    /// <summary>A name for a file: made when there is none yet.</summary>
    Open = 1,
    Write = 2,
    Truncate = 3,

    /// <summary>Returned: all that was written to the file before is on the platter.</summary>
    Sync = 4,
    Unlink = 5,
    Rename = 6,

    /// <summary>Returned: all names in the folder so far are on the platter.</summary>
    SyncFolder = 7,

    /// <summary>The program has told somebody that something is safe; <see cref="DiskOp.Data"/> says what.</summary>
    Ack = 8,
}

/// <summary>One thing a program asked of its disk, in the order in which it was done.</summary>
/// <param name="Kind">What.</param>
/// <param name="File">Number of the file (its inode), whatever it is called.</param>
/// <param name="Path">Name for <see cref="DiskOpKind.Open"/>, <see cref="DiskOpKind.Unlink"/>, and the old one for <see cref="DiskOpKind.Rename"/>.</param>
/// <param name="NewPath">The new name.</param>
/// <param name="Offset">Of a write; or the length for <see cref="DiskOpKind.Truncate"/>.</param>
/// <param name="Data">What was written, or acknowledged.</param>
public sealed record DiskOp(DiskOpKind Kind, ulong File = 0, string Path = "", string NewPath = "", long Offset = 0, byte[]? Data = null);

/// <summary>What the shim wrote: per operation u8 kind, u64 file, i64 offset, u16 path bytes, u16 new path bytes, u32 data bytes, then these.</summary>
public static class DiskTrace
{
    public static List<DiskOp> Read(string traceFile)
    {
        using var reader = new BinaryReader(File.OpenRead(traceFile));
        var ops = new List<DiskOp>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            var kind = (DiskOpKind)reader.ReadByte();
            var file = reader.ReadUInt64();
            var offset = reader.ReadInt64();
            int pathLength = reader.ReadUInt16(), newPathLength = reader.ReadUInt16();
            var dataLength = (int)reader.ReadUInt32();
            var path = System.Text.Encoding.UTF8.GetString(reader.ReadBytes(pathLength));
            var newPath = System.Text.Encoding.UTF8.GetString(reader.ReadBytes(newPathLength));
            ops.Add(new DiskOp(kind, file, path, newPath, offset, reader.ReadBytes(dataLength)));
        }

        return ops;
    }
}
