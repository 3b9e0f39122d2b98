using System.Collections.Concurrent;

namespace PingAnIoT.Alerts;

/// <summary>
/// The words that alerts share (rules, titles, units, territories, owners), each kept once and numbered as they come. They come from rule files and
/// the register, so there are no more of them than those have. Threading: from any thread.
/// </summary>
internal sealed class WordTable
{
    private readonly ConcurrentDictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private volatile string[] words = new string[64];
    private int count;

    public string this[int number] => words[number];

    public int NumberOf(string word)
    {
        if (numbers.TryGetValue(word, out var known))
        {
            return known;
        }

        lock (gate)
        {
            if (numbers.TryGetValue(word, out known))
            {
                return known;
            }

            if (count == words.Length)
            {
                var longer = new string[count * 2];
                words.CopyTo(longer, 0);
                words = longer;
            }

            words[count] = word;
            numbers[word] = count;
            return count++;
        }
    }

    /// <summary>All so far, in order of their numbers.</summary>
    public string[] ToArray()
    {
        lock (gate)
        {
            return words[..count];
        }
    }
}
