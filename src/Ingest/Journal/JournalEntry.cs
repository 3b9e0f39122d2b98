using System.Buffers.Binary;
using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>What an entry is. Numbers are persisted: they may be added to, never changed.</summary>
public enum JournalEntryKind : byte
{
    /// <summary>Messages of one source that came together: <see cref="MessageBatch.Records"/>.</summary>
    Messages = 1,

    /// <summary>Nothing but the passing of receive time.</summary>
    Tick = 2,

    /// <summary>Rules come into force here: their text in UTF-8.</summary>
    RuleSet = 3,

    /// <summary>A gateway came (one byte 1) or went (one byte 0).</summary>
    GatewayStatus = 4,

    /// <summary>What latched rules say of a series is reset by hand: <c>kind/device/quantity</c> in UTF-8.</summary>
    Reset = 5,

    /// <summary>Devices are no more: <c>kind/device</c> of each in UTF-8, a line each.</summary>
    Retired = 6,
}

/// <summary>
/// An entry of the journal, little-endian: u8 format version (1), u8 <see cref="JournalEntryKind"/>, u16 bytes of the gateway's name,
/// u32 zero, i64 receive time in microseconds, gateway in UTF-8, then what the kind says. The checksum is the frame's.
/// </summary>
public readonly ref struct JournalEntry
{
    public const byte FormatVersion = 1;

    public const int HeaderBytes = 16;

    /// <summary>Longest header: a gateway's name has at most 256 bytes.</summary>
    public const int LongestHeaderBytes = HeaderBytes + 256;

    private readonly ReadOnlySpan<byte> gateway;

    private JournalEntry(JournalEntryKind kind, long receiveTimeMicros, ReadOnlySpan<byte> gateway, ReadOnlySpan<byte> content)
    {
        Kind = kind;
        ReceiveTimeMicros = receiveTimeMicros;
        this.gateway = gateway;
        Content = content;
    }

    public JournalEntryKind Kind { get; }

    public long ReceiveTimeMicros { get; }

    /// <summary>Name from the credential; empty for ticks and rule sets.</summary>
    public string Gateway => gateway.IsEmpty ? "" : Encoding.UTF8.GetString(gateway);

    public ReadOnlySpan<byte> GatewayUtf8 => gateway;

    /// <summary>Records, rule text, the one byte of a status, the name of a series or those of devices.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>Writes what goes before the content.</summary>
    /// <param name="header">At least <see cref="LongestHeaderBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteHeader(Span<byte> header, JournalEntryKind kind, long receiveTimeMicros, string gateway)
    {
        var gatewayBytes = Encoding.UTF8.GetBytes(gateway, header[HeaderBytes..]);
        header[0] = FormatVersion;
        header[1] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)gatewayBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], receiveTimeMicros);
        return HeaderBytes + gatewayBytes;
    }

    /// <returns>False for a version or shape that this build does not know.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out JournalEntry entry)
    {
        entry = default;
        if (bytes.Length < HeaderBytes || bytes[0] != FormatVersion)
        {
            return false;
        }

        var gatewayBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        if (bytes.Length < HeaderBytes + gatewayBytes)
        {
            return false;
        }

        entry = new JournalEntry(
            (JournalEntryKind)bytes[1],
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            bytes.Slice(HeaderBytes, gatewayBytes),
            bytes[(HeaderBytes + gatewayBytes)..]);
        return true;
    }
}
