namespace PingAnIoT.Simulators;

/// <summary>One quantity as a device reports it.</summary>
/// <param name="Name">As in topics and payloads.</param>
/// <param name="SenmlUnit">The unit as SenML writes it.</param>
/// <param name="Decimals">Digits after the point that the instrument gives: its resolution.</param>
/// <param name="Noise">Standard deviation of its measuring noise, in its unit.</param>
/// <param name="Source">Which instrument it is, and from where its noise, resolution and range are: a standard, or <c>assumption</c> with its reason.</param>
/// <param name="IsBoolean">True or false instead of a number.</param>
/// <param name="Minimum">Least that the instrument can show, in its unit; what is measured has one, and so has a boolean (0 and 1).</param>
/// <param name="Maximum">Most that it can show.</param>
/// <param name="IsCounter">A count that only grows, until its firmware starts anew.</param>
public sealed record SimulatedQuantity(
    string Name, string SenmlUnit, int Decimals, double Noise, string Source, bool IsBoolean = false,
    double Minimum = double.NegativeInfinity, double Maximum = double.PositiveInfinity, bool IsCounter = false);

/// <summary>
/// The physics of one kind of device: what is true at a moment, as a pure function of the device's seed, the time and what ails it. No state, so any
/// moment can be asked for in any order. Measuring noise, resolution and broken instruments come after it (<c>Instrument</c>). One object serves all
/// devices of its kind; differences between devices come from the seed. Threading: immutable, for any thread.
/// </summary>
public abstract class DeviceModel
{
    public abstract string Kind { get; }

    /// <summary>In the order in which <see cref="Sample"/> writes them; those a city's device leaves out are left out from the end.</summary>
    public abstract IReadOnlyList<SimulatedQuantity> Quantities { get; }

    /// <summary>What can happen to a device of this kind (its incidents and its own defects; what can happen to any instrument is not among them).</summary>
    public abstract IReadOnlyList<Sort> Sorts { get; }

    /// <summary>Set-points of this device alone, for the register; empty for most.</summary>
    public virtual IReadOnlyDictionary<string, double> SetPoints(ulong seed) => System.Collections.Immutable.ImmutableDictionary<string, double>.Empty;

    /// <summary>Index of the quantity that moves by itself all day: the one in which a stuck instrument can be known.</summary>
    public virtual int MovingQuantity => 0;

    /// <summary>How many quantities, from the first, a device must report so that a sort can be found at it.</summary>
    public virtual int QuantitiesNeeded(Sort sort) => 1;

    /// <summary>The physical truth at a moment. Allocates nothing.</summary>
    /// <param name="seed">The device's.</param>
    /// <param name="time">Unix seconds.</param>
    /// <param name="ailments">Of the device: those that are on or still fade.</param>
    /// <param name="values">One for each of <see cref="Quantities"/>; booleans as 0 and 1.</param>
    public abstract void Sample(ulong seed, double time, ReadOnlySpan<Ailment> ailments, Span<double> values);

    /// <summary>
    /// When an ailment becomes findable: the first moment from its onset at which the physical truth passes what its sort calls dangerous (stated, with its
    /// source, where the sort is defined); NaN when it does not before its end.
    /// </summary>
    public abstract double FindableAt(ulong seed, Ailment ailment);

    /// <summary>How long after its end the truth may still lie where it was: gas that airs out, metal that cools. Seconds.</summary>
    public virtual double FadeSeconds(Sort sort) => 600;
}
