namespace PingAnIoT.Rules;

/// <summary>Room for numbers while one window is worked out. Threading: owned by one shard.</summary>
internal sealed class Scratch
{
    private double[] numbers = new double[64];

    /// <summary>What was taken before is overwritten.</summary>
    public Span<double> Take(int count)
    {
        if (count > numbers.Length)
        {
            numbers = new double[Math.Max(count, numbers.Length * 2)];
        }

        return numbers.AsSpan(0, count);
    }
}
