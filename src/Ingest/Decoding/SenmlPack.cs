using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Resolves the records of one pack (RFC 8428 section 4), whichever way they were written. A reader calls <see cref="BeginRecord"/>,
/// then the setters in the order of the fields, then <see cref="EndRecord"/>; base fields count for their own record and all after it.
/// Whatever is against the RFC refuses the whole pack. Owns its scratch space, so one per decoder; it grows to the largest pack seen
/// and is bounded by <see cref="MaximumRecords"/> and <see cref="JsonText.MaximumNameBytes"/>.
/// </summary>
internal sealed class SenmlPack
{
    public const int MaximumRecords = 10_000;

    /// <summary>The version of RFC 8428; one below is an older draft of the same.</summary>
    private const int Version = 10;

    /// <summary>The same with the feature "secondary units" (RFC 9100), which we understand.</summary>
    private const int VersionWithSecondaryUnits = 26;

    private const uint BaseLabels =
        (1u << (int)SenmlLabel.BaseVersion) | (1u << (int)SenmlLabel.BaseName) | (1u << (int)SenmlLabel.BaseTime)
        | (1u << (int)SenmlLabel.BaseUnit) | (1u << (int)SenmlLabel.BaseValue) | (1u << (int)SenmlLabel.BaseSum);

    private const uint ValueLabels =
        (1u << (int)SenmlLabel.Value) | (1u << (int)SenmlLabel.StringValue)
        | (1u << (int)SenmlLabel.BooleanValue) | (1u << (int)SenmlLabel.DataValue);

    private const uint SumLabel = 1u << (int)SenmlLabel.Sum;

    private readonly KeySet unknownLabels = new();
    private readonly SenmlNames names = new();
    private SenmlRecord[] records = new SenmlRecord[16];
    private int count;

    // Base fields, in force until changed.
    private double baseTime;
    private int baseUnit;
    private double baseValue;
    private double baseSum;
    private int version;

    // The record being read.
    private int offset;
    private uint seen;
    private int unit;
    private double time;
    private double value;
    private double sum;
    private SenmlValueKind valueKind;

    /// <summary>Where a reader resolves the escapes or chunks of one string.</summary>
    public byte[] Scratch { get; } = new byte[JsonText.MaximumNameBytes];

    public ReadOnlySpan<SenmlRecord> Records => records.AsSpan(0, count);

    /// <summary>The devices that records name, as <c>{kind}/{device}</c> if they are ours; none is like the one before it.</summary>
    public ReadOnlySpan<SenmlName> Devices => names.Devices;

    /// <summary>Where the bytes of all names are.</summary>
    public ReadOnlySpan<byte> Texts => names.Texts;

    public void Begin()
    {
        count = 0;
        names.Begin();
        baseTime = baseValue = baseSum = 0;
        baseUnit = Units.None;
        version = 0;
    }

    public void BeginRecord(int payloadOffset)
    {
        offset = payloadOffset;
        seen = 0;
        names.BeginRecord();
        unit = Units.None;
        time = value = sum = 0;
        unknownLabels.Clear();
    }

    /// <summary>Notes a label that is known.</summary>
    /// <returns>False when this record has it already.</returns>
    public bool See(SenmlLabel label)
    {
        var bit = 1u << (int)label;
        var isNew = (seen & bit) == 0;
        seen |= bit;
        return isNew;
    }

    /// <summary>Notes a label that is not known: to be ignored, unless it says that it must be understood.</summary>
    public RefusalReason SeeUnknown(ReadOnlySpan<byte> label)
    {
        if (unknownLabels.IsFull || label is [.., (byte)'_'])
        {
            return RefusalReason.SenmlInvalid;
        }

        return unknownLabels.Add(label) ? RefusalReason.None : RefusalReason.KeyDuplicate;
    }

    public void SetText(SenmlLabel label, ReadOnlySpan<byte> text)
    {
        switch (label)
        {
            case SenmlLabel.BaseName:
                names.SetBase(text);
                break;
            case SenmlLabel.Name:
                names.SetName(text);
                break;
            case SenmlLabel.BaseUnit:
                baseUnit = Units.Find(text);
                break;
            default:
                unit = Units.Find(text);
                break;
        }
    }

    /// <returns>False when the number cannot stand there (a version we do not know).</returns>
    public bool SetNumber(SenmlLabel label, double number)
    {
        switch (label)
        {
            case SenmlLabel.BaseVersion:
                return SetVersion(number);
            case SenmlLabel.BaseTime:
                baseTime = number;
                break;
            case SenmlLabel.BaseValue:
                baseValue = number;
                break;
            case SenmlLabel.BaseSum:
                baseSum = number;
                break;
            case SenmlLabel.Sum:
                sum = number;
                break;
            case SenmlLabel.Time:
                time = number;
                break;
            case SenmlLabel.Value:
                SetValue(SenmlValueKind.Number, number);
                break;
        }

        return true;
    }

    /// <summary>Any value but a number, or something that cannot be one.</summary>
    public void SetValue(SenmlValueKind kind, double number = 0)
    {
        valueKind = kind;
        value = number;
    }

    /// <returns>Why the pack is refused, or None.</returns>
    public RefusalReason EndRecord()
    {
        if (version == 0)
        {
            version = Version;
        }

        if ((seen & ~BaseLabels) == 0)
        {
            return RefusalReason.None;
        }

        var valuesGiven = System.Numerics.BitOperations.PopCount(seen & ValueLabels);
        if (valuesGiven > 1 || (valuesGiven == 0 && (seen & SumLabel) == 0))
        {
            return RefusalReason.SenmlInvalid;
        }

        if (count == MaximumRecords)
        {
            return RefusalReason.TooManyReadings;
        }

        if (!names.TryJoin(out var device, out var quantity))
        {
            return RefusalReason.SenmlInvalid;
        }

        var kind = valuesGiven == 1 ? valueKind : SenmlValueKind.Sum;
        var resolved = kind switch
        {
            SenmlValueKind.Number => baseValue + value,
            SenmlValueKind.Sum => baseSum + sum,
            _ => value,
        };
        var unitIsOwn = (seen & (1u << (int)SenmlLabel.Unit)) != 0;
        if (count == records.Length)
        {
            Array.Resize(ref records, Math.Min(MaximumRecords, records.Length * 2));
        }

        records[count++] = new SenmlRecord(device, quantity, (short)(unitIsOwn ? unit : baseUnit), unitIsOwn, kind, resolved, baseTime + time, offset);
        return RefusalReason.None;
    }

    private bool SetVersion(double number)
    {
        var isKnown = number is (>= 1 and <= Version) or VersionWithSecondaryUnits && number == Math.Floor(number);
        if (!isKnown || (version != 0 && version != (int)number))
        {
            return false;
        }

        version = (int)number;
        return true;
    }
}
