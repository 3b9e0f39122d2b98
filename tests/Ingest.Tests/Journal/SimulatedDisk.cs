namespace PingAnIoT.Ingest.Tests;

/// <summary>
/// A disk in memory that can fail and can lose its power. What was written but not synced survives a cut sector by sector, or not at all.
/// Threading: the journal's committer writes, the test's thread reads and cuts; one lock.
/// </summary>
internal sealed class SimulatedDisk : IJournalStorage
{
    public const int SectorBytes = 512;
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, Image> images = [];
    private int operations;
    private int cutAtOperation;
    private bool isOff;

    /// <summary>Asked before every write, sync and creation; throws to make it fail.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>A disk (or a program) that does not sync at all: what the control run uses to show that the test would see a loss.</summary>
    public bool IgnoresSync { get; set; }

    public bool IsOff
    {
        get
        {
            lock (gate)
            {
                return isOff;
            }
        }
    }

    public IReadOnlyList<long> List()
    {
        lock (gate)
        {
            return [.. images.Keys];
        }
    }

    public IJournalSegment Create(long start, long lengthBytes)
    {
        Operate("create");
        lock (gate)
        {
            images[start] = new Image(lengthBytes);
        }

        Operate("create-sync");
        return Open(start, writable: true);
    }

    public IJournalSegment Open(long start, bool writable)
    {
        lock (gate)
        {
            return images.TryGetValue(start, out var image) ? new Segment(this, image) : throw new FileNotFoundException($"{start:x16}");
        }
    }

    public void Delete(long start)
    {
        lock (gate)
        {
            images.Remove(start);
        }
    }

    /// <summary>The power will go at the n-th write, sync or creation from now.</summary>
    public void CutAfter(int operationCount)
    {
        lock (gate)
        {
            cutAtOperation = operations + operationCount;
        }
    }

    /// <summary>What a power cut leaves: all that was synced, and of the rest nothing, some sectors or everything.</summary>
    public void PowerUp(Random random)
    {
        lock (gate)
        {
            var share = random.Next(3) switch { 0 => 0.0, 1 => random.NextDouble(), _ => 1.0 };
            foreach (var image in images.Values)
            {
                image.LosePower(random, share);
            }

            operations = 0;
            isOff = false;
            cutAtOperation = 0;
        }
    }

    public void Flip(long start, long offset)
    {
        lock (gate)
        {
            images[start].Now[offset] ^= 0x40;
            images[start].Durable[offset] ^= 0x40;
        }
    }

    private void Operate(string what)
    {
        lock (gate)
        {
            isOff |= ++operations == cutAtOperation;
            if (isOff)
            {
                throw new IOException("power is off");
            }
        }

        Before?.Invoke(what);
    }

    private sealed class Image(long length)
    {
        public byte[] Now { get; } = new byte[length];

        public byte[] Durable { get; } = new byte[length];

        public HashSet<int> Dirty { get; } = [];

        public void Sync()
        {
            foreach (var sector in Dirty)
            {
                Copy(Now, Durable, sector);
            }

            Dirty.Clear();
        }

        public void LosePower(Random random, double share)
        {
            foreach (var sector in Dirty.Order())
            {
                if (random.NextDouble() < share)
                {
                    Copy(Now, Durable, sector);
                }
            }

            Dirty.Clear();
            Durable.CopyTo(Now, 0);
        }

        private static void Copy(byte[] from, byte[] to, int sector) =>
            from.AsSpan(sector * SectorBytes, SectorBytes).CopyTo(to.AsSpan(sector * SectorBytes));
    }

    private sealed class Segment(SimulatedDisk disk, Image image) : IJournalSegment
    {
        public long LengthBytes => image.Now.Length;

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            // The bytes reach the cache before the power goes: a write that was cut may be there in part.
            lock (disk.gate)
            {
                if (!disk.isOff)
                {
                    bytes.CopyTo(image.Now.AsSpan((int)offset));
                    for (var sector = offset / SectorBytes; sector * SectorBytes < offset + bytes.Length; sector++)
                    {
                        image.Dirty.Add((int)sector);
                    }
                }
            }

            disk.Operate("write");
        }

        public int Read(Span<byte> bytes, long offset)
        {
            lock (disk.gate)
            {
                var count = (int)Math.Max(0, Math.Min(bytes.Length, image.Now.Length - offset));
                image.Now.AsSpan((int)offset, count).CopyTo(bytes);
                return count;
            }
        }

        public void Sync()
        {
            disk.Operate("sync");
            lock (disk.gate)
            {
                if (!disk.IgnoresSync)
                {
                    image.Sync();
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
