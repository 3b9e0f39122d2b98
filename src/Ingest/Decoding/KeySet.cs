namespace PingAnIoT.Ingest;

/// <summary>
/// The keys of one object that nobody knows, so that a repeated one is noticed all the same. Kept as 64-bit hashes: two different keys
/// that meet in one would at worst refuse their own sender's message. The hash has no seed, as a replay must refuse the same.
/// </summary>
internal sealed class KeySet
{
    /// <summary>Most unknown keys in one object.</summary>
    public const int Capacity = 256;

    private readonly ulong[] hashes = new ulong[Capacity];
    private int count;

    public bool IsFull => count == Capacity;

    public void Clear() => count = 0;

    /// <returns>False when the key is there already.</returns>
    public bool Add(ReadOnlySpan<byte> key)
    {
        var hash = 14_695_981_039_346_656_037UL + (ulong)key.Length;
        foreach (var b in key)
        {
            hash = (hash ^ b) * 1_099_511_628_211UL;
        }

        if (hashes.AsSpan(0, count).Contains(hash))
        {
            return false;
        }

        hashes[count++] = hash;
        return true;
    }
}
