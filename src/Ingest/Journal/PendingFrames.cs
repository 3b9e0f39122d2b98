using System.Buffers.Binary;

namespace PingAnIoT.Ingest;

/// <summary>A stretch of frames that go into one segment.</summary>
/// <param name="Offset">Where it begins in the buffer.</param>
/// <param name="Position">Where it goes in the journal.</param>
/// <param name="SegmentStart">The segment it goes into.</param>
/// <param name="SegmentBytes">Length of that segment.</param>
/// <param name="IsNewSegment">True when it is the first of that segment.</param>
internal readonly record struct FrameRun(int Offset, long Position, long SegmentStart, long SegmentBytes, bool IsNewSegment);

/// <summary>
/// Frames that wait for one group commit, kept until the disk has them: the answer to a failed sync is to write all of them again.
/// Threading: filled under the journal's lock; when swapped out, owned by the committer.
/// </summary>
internal sealed class PendingFrames
{
    private const int SmallestBytes = 64 * 1024;
    private const int WasteFactor = 16;
    private readonly List<FrameRun> runs = [];
    private byte[] bytes = new byte[SmallestBytes];
    private int recentLength;

    public int Length { get; private set; }

    public int Count { get; private set; }

    /// <summary>Position just after the last frame.</summary>
    public long End { get; private set; }

    public IReadOnlyList<FrameRun> Runs => runs;

    public void Begin(FrameRun run) => runs.Add(run with { Offset = Length });

    public void Add(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body, int frameLength, long end)
    {
        if (bytes.Length - Length < frameLength)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + frameLength));
        }

        var frame = bytes.AsSpan(Length, frameLength);
        BinaryPrimitives.WriteInt32LittleEndian(frame, header.Length + body.Length);
        header.CopyTo(frame[JournalFrame.HeaderBytes..]);
        body.CopyTo(frame[(JournalFrame.HeaderBytes + header.Length)..]);
        frame[(JournalFrame.HeaderBytes + header.Length + body.Length)..].Clear();
        Length += frameLength;
        Count++;
        End = end;
    }

    /// <summary>The frames of one run, ready to be written.</summary>
    public ReadOnlySpan<byte> Seal(int run, long committedUntil)
    {
        var from = runs[run].Offset;
        var to = run + 1 < runs.Count ? runs[run + 1].Offset : Length;
        var frames = bytes.AsSpan(from, to - from);
        for (var at = 0; at < frames.Length;)
        {
            at += JournalFrame.Seal(frames[at..], runs[run].Position + at, committedUntil);
        }

        return frames;
    }

    public void Clear()
    {
        // What a burst needed is kept while commits are anywhere near as large, and given up slowly after.
        recentLength = Math.Max(Length, recentLength - (recentLength / WasteFactor));
        if (bytes.Length > SmallestBytes && bytes.Length / WasteFactor > recentLength)
        {
            bytes = new byte[bytes.Length / 2];
        }

        runs.Clear();
        Length = 0;
        Count = 0;
    }
}
