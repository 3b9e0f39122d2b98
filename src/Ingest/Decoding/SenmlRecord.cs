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

/// <summary>One record with the base fields worked in.</summary>
/// <param name="NameStart">Where its name lies in the pack's names.</param>
/// <param name="NameLength">Bytes of the name; -1 when longer than any name can be.</param>
/// <param name="Unit">Number in <see cref="PingAnIoT.Rules.Units"/>.</param>
/// <param name="UnitIsOwn">Given in the record itself, not by a base unit.</param>
/// <param name="ValueKind">What <paramref name="Value"/> is.</param>
/// <param name="Value">Base value added; 1 or 0 for a boolean; the sum for a lone sum.</param>
/// <param name="TimeSeconds">Base time added; relative when below 2^28.</param>
/// <param name="Offset">Where the record begins in the payload.</param>
internal readonly record struct SenmlRecord(
    int NameStart, int NameLength, int Unit, bool UnitIsOwn, SenmlValueKind ValueKind, double Value, double TimeSeconds, int Offset);
