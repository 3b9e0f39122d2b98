namespace PingAnIoT.Rules;

/// <summary>Gives a text out until an allowance is spent, then throws: how a scanner that looks for the end of something is kept from looking for ever.</summary>
internal sealed class BoundedTextReader(string text, int allowance) : TextReader
{
    private int position;
    private int refilledAt;

    /// <summary>The whole allowance again from here.</summary>
    public void Refill() => refilledAt = position;

    public override int Peek() => position < text.Length ? text[position] : -1;

    public override int Read()
    {
        Span<char> one = stackalloc char[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        var spentAt = refilledAt + allowance;
        if (position >= spentAt && position < text.Length)
        {
            throw new SpentException();
        }

        var length = Math.Min(buffer.Length, Math.Min(text.Length, spentAt) - position);
        text.AsSpan(position, length).CopyTo(buffer);
        position += length;
        return length;
    }

    internal sealed class SpentException : Exception;
}
