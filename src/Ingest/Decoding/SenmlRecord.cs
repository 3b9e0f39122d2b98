namespace PingAnIoT.Ingest;

/// <summary>The labels of RFC 8428 section 4.3 table 1 and section 6 table 4.</summary>
internal enum SenmlLabel : byte
{
    Unknown, BaseVersion, BaseName, BaseTime, BaseUnit, BaseValue, BaseSum,
    Name, Unit, Value, StringValue, BooleanValue, Sum, Time, UpdateTime, DataValue,
}

/// <summary>What a resolved record carries.</summary>
internal enum SenmlValueKind : byte
{
    /// <summary>A number, possibly not finite.</summary>
    Number,
    Boolean,
    String,
    Data,

    /// <summary>A sum alone, without a value.</summary>
    Sum,

    /// <summary>A value label with something of another type.</summary>
    WrongType,
}

/// <summary>Where in a pack's texts a name lies.</summary>
/// <param name="Start">First byte.</param>
/// <param name="Length">Bytes of it.</param>
internal readonly record struct SenmlName(int Start, int Length);

/// <summary>One record with the base fields worked in. Its name is <c>{device}/{quantity}</c>, parted at the last slash.</summary>
/// <param name="Device">Index in <see cref="SenmlPack.Devices"/>; -1 for a name without a slash.</param>
/// <param name="Quantity">What follows the last slash; of length -1 when the whole name is longer than any can be.</param>
/// <param name="Unit">Number in <see cref="PingAnIoT.Rules.Units"/>.</param>
/// <param name="UnitIsOwn">Given in the record itself, not by a base unit.</param>
/// <param name="ValueKind">What <paramref name="Value"/> is.</param>
/// <param name="Value">Base value added; 1 or 0 for a boolean; the sum for a lone sum.</param>
/// <param name="TimeSeconds">Base time added; relative when below 2^28.</param>
/// <param name="Offset">Where the record begins in the payload.</param>
internal readonly record struct SenmlRecord(
    int Device, SenmlName Quantity, short Unit, bool UnitIsOwn, SenmlValueKind ValueKind, double Value, double TimeSeconds, int Offset);
