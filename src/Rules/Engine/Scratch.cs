namespace PingAnIoT.Rules;

/// <summary>Room for what one window is worked out from. Threading: owned by one shard.</summary>
internal sealed class Scratch
{
    private readonly Sample[] samples = new Sample[Packing.CountMax];
    private double[] numbers = new double[64];

    /// <summary>For at most <see cref="Packing.CountMax"/> samples. What was taken before is overwritten.</summary>
    public Span<Sample> TakeSamples(int count) => samples.AsSpan(0, count);

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
