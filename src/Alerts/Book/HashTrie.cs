using System.Runtime.CompilerServices;

namespace PingAnIoT.Alerts;

/// <summary>
/// A set of objects by the hash of their key, three steps of 64 ways and then a small array: a change makes a new one that shares all but the way
/// to what has changed. What has the same hash lies together; whoever looks compares the keys himself, so that none is held here.
/// At a million it costs 17 bytes for each. Threading: immutable; from any thread.
/// </summary>
internal sealed class HashTrie<T>
    where T : class
{
    private const int Bits = 6;
    private const int Ways = 1 << Bits;
    private const int Steps = 3;
    private const int Buckets = 1 << (Bits * Steps);
    private readonly object?[]? root;

    private HashTrie(object?[]? root, int count) => (this.root, Count) = (root, count);

    public static HashTrie<T> Empty { get; } = new(null, 0);

    public int Count { get; }

    public IEnumerable<T> All => root is null ? [] : Walk(root, Steps - 1);

    /// <summary>Made in one go: counted first, so that each array is made once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static HashTrie<T> Of(IReadOnlyList<T> items, Func<T, int> hashOf)
    {
        if (items.Count == 0)
        {
            return Empty;
        }

        var (hashes, left, root) = (new int[items.Count], new int[Buckets], new object?[Ways]);
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = hashOf(items[i]) & (Buckets - 1);
            left[hashes[i]]++;
        }

        for (var i = 0; i < hashes.Length; i++)
        {
            var (hash, node) = (hashes[i], root);
            for (var step = 0; step < Steps - 1; step++)
            {
                node = (object?[])(node[Way(hash, step)] ??= new object?[Ways]);
            }

            var bucket = (T[])(node[Way(hash, Steps - 1)] ??= new T[left[hash]]);
            bucket[--left[hash]] = items[i];
        }

        return new HashTrie<T>(root, items.Count);
    }

    /// <summary>All with the hash, and perhaps others.</summary>
    public ReadOnlySpan<T> Bucket(int hash)
    {
        var node = root;
        for (var step = 0; step < Steps - 1 && node is not null; step++)
        {
            node = (object?[]?)node[Way(hash, step)];
        }

        return (T[]?)node?[Way(hash, Steps - 1)];
    }

    /// <summary>Puts one in place of another (which must be in it), adds it where that is null, or takes the other away.</summary>
    public HashTrie<T> With(int hash, T? before, T? after) =>
        new(Change(root, hash, 0, before, after), Count + (after is null ? 0 : 1) - (before is null ? 0 : 1));

    /// <summary>What is in one of two and not in the other; costs no more than what was changed between them.</summary>
    /// <param name="before">The one.</param>
    /// <param name="after">The other, as a rule made of it.</param>
    /// <param name="gone">Takes in what only the first has.</param>
    /// <param name="come">Takes in what only the second has.</param>
    public static void Compare(HashTrie<T> before, HashTrie<T> after, List<T> gone, List<T> come) => Compare(before.root, after.root, gone, come);

    private static void Compare(object? before, object? after, List<T> gone, List<T> come)
    {
        if (ReferenceEquals(before, after))
        {
            return;
        }

        if (before is T[] || after is T[])
        {
            AddMissing((T[]?)before ?? [], (T[]?)after ?? [], gone);
            AddMissing((T[]?)after ?? [], (T[]?)before ?? [], come);
            return;
        }

        var (left, right) = ((object?[]?)before, (object?[]?)after);
        for (var way = 0; way < Ways; way++)
        {
            Compare(left?[way], right?[way], gone, come);
        }
    }

    /// <summary>Those of one bucket that are not, as the very same, in the other.</summary>
    private static void AddMissing(T[] of, T[] other, List<T> into)
    {
        foreach (var item in of)
        {
            if (Array.IndexOf(other, item) < 0)
            {
                into.Add(item);
            }
        }
    }

    private static int Way(int hash, int step) => (hash >>> (Bits * step)) & (Ways - 1);

    private static object?[] Change(object?[]? node, int hash, int step, T? before, T? after)
    {
        var changed = node is null ? new object?[Ways] : [.. node];
        ref var place = ref changed[Way(hash, step)];
        place = step < Steps - 1 ? Change((object?[]?)place, hash, step + 1, before, after) : Change((T[]?)place ?? [], before, after);
        return changed;
    }

    private static T[]? Change(T[] bucket, T? before, T? after)
    {
        var left = before is null ? bucket : Array.FindAll(bucket, i => !ReferenceEquals(i, before));
        return after is not null ? [.. left, after] : left.Length == 0 ? null : left;
    }

    private static IEnumerable<T> Walk(object?[] node, int left)
    {
        foreach (var below in node)
        {
            if (below is T[] bucket)
            {
                foreach (var item in bucket)
                {
                    yield return item;
                }
            }
            else if (below is object?[] deeper)
            {
                foreach (var item in Walk(deeper, left - 1))
                {
                    yield return item;
                }
            }
        }
    }
}
