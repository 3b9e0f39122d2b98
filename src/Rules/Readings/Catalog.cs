using System.Runtime.CompilerServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <summary>One measurable thing of a kind of device: its name, its own unit and what values can be true.</summary>
/// <param name="Name">Lower-case with dashes, as in topics, payloads and rule files.</param>
/// <param name="Unit">The unit values are kept in, as SenML writes it (RFC 8428 section 12.1, RFC 8798); "" for a plain number, "/" for a ratio.</param>
/// <param name="Minimum">Smallest value that can be true, in <paramref name="Unit"/>.</param>
/// <param name="Maximum">Largest value that can be true, in <paramref name="Unit"/>.</param>
/// <param name="IsBoolean">Takes SenML <c>vb</c> and JSON true/false, kept as 1 and 0.</param>
public sealed record Quantity(string Name, string Unit, double Minimum, double Maximum, bool IsBoolean = false)
{
    /// <summary>The number of <see cref="Unit"/> in <see cref="Units"/>.</summary>
    public int UnitNumber { get; } = Units.Find(Unit) is var number and not Units.Unknown
        ? number
        : throw new ArgumentException($"'{Unit}' is not a known unit.", nameof(Unit));

    /// <summary>A number that names something and measures nothing.</summary>
    public bool IsCode => Unit.Length == 0 && !IsBoolean;
}

/// <summary>A kind of device and its quantities; a quantity's index here is its number in <see cref="Reading.Quantity"/>.</summary>
public sealed class Kind(string name, params Quantity[] quantities)
{
    /// <summary>So that a set of quantities fits one 64-bit word.</summary>
    public const int MaximumQuantities = 64;

    private readonly byte[][] names = quantities.Length <= MaximumQuantities
        ? [.. quantities.Select(q => Encoding.UTF8.GetBytes(q.Name))]
        : throw new ArgumentException($"A kind has at most {MaximumQuantities} quantities.", nameof(quantities));

    private readonly uint[] words = [.. quantities.Select(q => Word(Encoding.UTF8.GetBytes(q.Name)))];

    public string Name { get; } = name;

    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(name);

    public IReadOnlyList<Quantity> Quantities { get; } = quantities;

    /// <summary>A quantity by its index, without the detour over a list.</summary>
    public Quantity this[int quantity] => quantities[quantity];

    /// <returns>The index of the quantity, or -1.</returns>
    public int FindQuantity(ReadOnlySpan<byte> nameUtf8)
    {
        var word = Word(nameUtf8);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == word && nameUtf8.SequenceEqual(names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Length and some bytes of a name, so that one comparison tells nearly all others from it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word(ReadOnlySpan<byte> name) =>
        name.IsEmpty ? 0 : ((uint)name[0] << 24) | ((uint)name[name.Length / 2] << 16) | ((uint)name[^1] << 8) | (byte)name.Length;
}

/// <summary>The closed list of kinds. Immutable.</summary>
public sealed class Catalog(IEnumerable<Kind> kinds)
{
    /// <summary>The kind of the gateways themselves; its one quantity <c>online</c> is written by the edge or said on the status topic, never taken from a payload of readings.</summary>
    public const string GatewayKind = "gateway";

    public IReadOnlyList<Kind> Kinds { get; } = [.. kinds];

    /// <returns>The index of the kind, or -1.</returns>
    public int FindKind(ReadOnlySpan<byte> nameUtf8)
    {
        for (var i = 0; i < Kinds.Count; i++)
        {
            if (nameUtf8.SequenceEqual(Kinds[i].NameUtf8))
            {
                return i;
            }
        }

        return -1;
    }

    public int FindKind(string name) => FindKind(Encoding.UTF8.GetBytes(name));

    public static Catalog Default { get; } = new(
    [
        new Kind("gas-pipe",
            new Quantity("pressure", "kPa", 0, 10_000),
            new Quantity("methane", "%LEL", 0, 100),
            new Quantity("flow", "m3/h", -100_000, 100_000),
            new Quantity("temperature", "Cel", -60, 120),
            new Quantity("valve", "", 0, 1, IsBoolean: true)),
        new Kind("elevator",
            new Quantity("speed", "m/s", -20, 20),
            new Quantity("vibration", "m/s2", 0, 200),
            new Quantity("level-offset", "mm", -5_000, 5_000),
            new Quantity("door-open", "", 0, 1, IsBoolean: true),
            new Quantity("occupied", "", 0, 1, IsBoolean: true),
            new Quantity("trapped", "", 0, 1, IsBoolean: true),
            new Quantity("fault-code", "", 0, 65_535)),
        new Kind("smoke-detector",
            new Quantity("smoke", "dB/m", 0, 50),
            new Quantity("temperature", "Cel", -60, 1_200),
            new Quantity("battery", "%EL", 0, 100),
            new Quantity("alarm", "", 0, 1, IsBoolean: true)),
        new Kind("charging-pile",
            new Quantity("current", "A", -2_000, 2_000),
            new Quantity("voltage", "V", -2_000, 2_000),
            new Quantity("temperature", "Cel", -60, 1_200),
            new Quantity("leakage", "mA", 0, 10_000),
            new Quantity("power", "kW", -2_000, 2_000),
            new Quantity("energy", "kWh", 0, 10_000_000),
            new Quantity("charging", "", 0, 1, IsBoolean: true)),
        new Kind("pipe-network",
            new Quantity("pressure", "kPa", 0, 10_000),
            new Quantity("flow", "m3/h", -100_000, 100_000),
            new Quantity("level", "m", -100, 1_000),
            new Quantity("temperature", "Cel", -60, 300)),
        new Kind("lpg-cylinder",
            new Quantity("weight", "kg", 0, 1_000),
            new Quantity("methane", "%LEL", 0, 100),
            new Quantity("temperature", "Cel", -60, 120),
            new Quantity("valve", "", 0, 1, IsBoolean: true)),
        new Kind(GatewayKind,
            new Quantity("online", "", 0, 1, IsBoolean: true)),
    ]);
}
