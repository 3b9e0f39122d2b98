namespace PingAnIoT.Ingest;

/// <summary>Where segments are kept: a folder of files, or in tests a disk that fails or loses its power.</summary>
internal interface IJournalStorage
{
    /// <summary>Start positions of the segments there are, in order.</summary>
    IReadOnlyList<long> List();

    /// <summary>Makes an empty segment with its space reserved, its name on disk when this returns. One left over from a failed attempt is replaced.</summary>
    IJournalSegment Create(long start, long lengthBytes);

    IJournalSegment Open(long start, bool writable);

    void Delete(long start);
}

/// <summary>One open segment. Threading: writes and syncs by one thread; reads through a segment opened for it.</summary>
internal interface IJournalSegment : IDisposable
{
    long LengthBytes { get; }

    /// <summary>Writes all of it or throws <see cref="IOException"/>. Nothing is promised before <see cref="Sync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <returns>Bytes read: fewer than asked for only at the end.</returns>
    int Read(Span<byte> bytes, long offset);

    /// <summary>When it returns, all that was written is on disk. When it throws, nothing is known of what was written since the last sync.</summary>
    void Sync();
}
