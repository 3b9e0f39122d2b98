namespace PingAnIoT.Rules;

/// <summary>
/// All devices of a register file as columns: what a start keeps beside the file, and what a register of millions holds instead of as many objects.
/// Immutable.
/// </summary>
public sealed class RegisterTable
{
    internal RegisterTable(RegisterNames names, RegisterFacts facts)
    {
        RegisterNames.Require(names.Kinds.Length == facts.Count, "facts of each device");
        (Names, Facts) = (names, facts);
    }

    public int Count => Names.Kinds.Length;

    /// <summary>Only needed until a register has them.</summary>
    internal RegisterNames Names { get; }

    internal RegisterFacts Facts { get; }

    /// <param name="devices">Valid, each once, none unregistered; their order is kept.</param>
    public static RegisterTable Of(IEnumerable<DeviceRecord> devices)
    {
        var builder = new RegisterTableBuilder();
        foreach (var device in devices)
        {
            builder.Add(device);
        }

        return builder.Build();
    }
}

/// <summary>Kinds and names, by device.</summary>
/// <param name="Kinds">Index of the kind.</param>
/// <param name="Lengths">Bytes of the name.</param>
/// <param name="Bytes">The names one after the other.</param>
internal sealed record RegisterNames(byte[] Kinds, byte[] Lengths, byte[] Bytes)
{
    /// <exception cref="InvalidDataException">They cannot be names of these kinds.</exception>
    public void Check(int kinds)
    {
        Require(Lengths.Length == Kinds.Length && Lengths.Sum(l => (long)l) == Bytes.Length, "a name for each kind");
        Require(!Kinds.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)(kinds - 1)), "kinds that there are");
        var at = 0;
        foreach (var length in Lengths)
        {
            Require(DeviceRegister.IsValidName(Bytes.AsSpan(at, length)), "names of devices");
            at += length;
        }
    }

    internal static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException($"Register image refused: it has not {what}.");
        }
    }
}
