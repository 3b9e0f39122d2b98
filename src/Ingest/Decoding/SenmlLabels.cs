namespace PingAnIoT.Ingest;

/// <summary>Label texts and numbers to labels.</summary>
internal static class SenmlLabels
{
    // From n to v.
    private static ReadOnlySpan<SenmlLabel> Letters =>
    [
        SenmlLabel.Name, SenmlLabel.Unknown, SenmlLabel.Unknown, SenmlLabel.Unknown, SenmlLabel.Unknown,
        SenmlLabel.Sum, SenmlLabel.Time, SenmlLabel.Unit, SenmlLabel.Value,
    ];

    public static SenmlLabel FromText(ReadOnlySpan<byte> text)
    {
        switch (text.Length)
        {
            case 1:
                return FromLetter(text[0]);
            case 2:
                return (text[0], text[1]) switch
                {
                    ((byte)'b', (byte)'n') => SenmlLabel.BaseName,
                    ((byte)'b', (byte)'t') => SenmlLabel.BaseTime,
                    ((byte)'b', (byte)'u') => SenmlLabel.BaseUnit,
                    ((byte)'b', (byte)'v') => SenmlLabel.BaseValue,
                    ((byte)'b', (byte)'s') => SenmlLabel.BaseSum,
                    ((byte)'v', (byte)'s') => SenmlLabel.StringValue,
                    ((byte)'v', (byte)'b') => SenmlLabel.BooleanValue,
                    ((byte)'v', (byte)'d') => SenmlLabel.DataValue,
                    ((byte)'u', (byte)'t') => SenmlLabel.UpdateTime,
                    _ => SenmlLabel.Unknown,
                };
            default:
                return text.SequenceEqual("bver"u8) ? SenmlLabel.BaseVersion : SenmlLabel.Unknown;
        }
    }

    public static SenmlLabel FromLetter(byte letter)
    {
        var index = letter - 'n';
        return (uint)index < (uint)Letters.Length ? Letters[index] : SenmlLabel.Unknown;
    }

    /// <summary>The integer labels of the CBOR form; the list is closed.</summary>
    public static SenmlLabel FromNumber(long number) => number switch
    {
        -1 => SenmlLabel.BaseVersion,
        -2 => SenmlLabel.BaseName,
        -3 => SenmlLabel.BaseTime,
        -4 => SenmlLabel.BaseUnit,
        -5 => SenmlLabel.BaseValue,
        -6 => SenmlLabel.BaseSum,
        0 => SenmlLabel.Name,
        1 => SenmlLabel.Unit,
        2 => SenmlLabel.Value,
        3 => SenmlLabel.StringValue,
        4 => SenmlLabel.BooleanValue,
        5 => SenmlLabel.Sum,
        6 => SenmlLabel.Time,
        7 => SenmlLabel.UpdateTime,
        8 => SenmlLabel.DataValue,
        _ => SenmlLabel.Unknown,
    };
}
