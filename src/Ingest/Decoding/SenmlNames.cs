using System.Buffers;
using System.Runtime.Intrinsics;

namespace PingAnIoT.Ingest;

/// <summary>
/// The names of one pack: base name and name joined, and parted again at the last slash into device and quantity. Records that follow each other
/// and speak of the same device share its name. The texts grow to the largest pack seen and are bounded by
/// <see cref="SenmlPack.MaximumRecords"/> and <see cref="JsonText.MaximumNameBytes"/>.
/// </summary>
internal sealed class SenmlNames
{
    private const byte Slash = (byte)'/';
    private const int None = -1;
    private const int NotYet = -2;

    /// <summary>A name and, behind it, the name of a device.</summary>
    private const int LongestRecordBytes = 2 * JsonText.MaximumNameBytes;

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:./_"u8);

    private static readonly SearchValues<byte> QuantityBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:._"u8);

    private readonly byte[] baseName = new byte[JsonText.MaximumNameBytes];
    private byte[] texts = new byte[1024];
    private SenmlName[] devices = new SenmlName[16];
    private int textsLength;
    private int deviceCount;
    private int baseLength;
    private int nameLength;

    // When the base name is a whole "{device}/": its index in devices, or NotYet when no record has used it; else None.
    private int baseDevice;

    /// <summary>What stands before the last slash, each different from the one before.</summary>
    public ReadOnlySpan<SenmlName> Devices => devices.AsSpan(0, deviceCount);

    public ReadOnlySpan<byte> Texts => texts;

    public void Begin()
    {
        textsLength = 0;
        deviceCount = 0;
        SetBase(default);
    }

    public void BeginRecord() => nameLength = 0;

    /// <summary>Puts the name where it will stay if it is a quantity's: behind what is in the texts so far.</summary>
    public void SetName(ReadOnlySpan<byte> text)
    {
        if (texts.Length - textsLength < LongestRecordBytes)
        {
            Array.Resize(ref texts, texts.Length * 2);
        }

        nameLength = text.Length <= JsonText.MaximumNameBytes ? text.Length : -1;
        if (nameLength > 0)
        {
            text.CopyTo(texts.AsSpan(textsLength));
        }
    }

    public void SetBase(ReadOnlySpan<byte> text)
    {
        baseLength = text.TryCopyTo(baseName) ? text.Length : -1;
        baseDevice = baseLength > 1 && text[^1] == Slash && IsValidName(text) ? NotYet : None;
    }

    /// <summary>Joins the names of one record.</summary>
    /// <param name="device">Its index in <see cref="Devices"/>, or -1 without a slash.</param>
    /// <param name="quantity">Of length -1 when the whole name is longer than any can be.</param>
    /// <returns>False when it is no name by RFC 8428.</returns>
    public bool TryJoin(out int device, out SenmlName quantity)
    {
        if (baseDevice == None || nameLength <= 0 || baseLength + nameLength > JsonText.MaximumNameBytes
            || !IsQuantity())
        {
            return TryJoinAny(out device, out quantity);
        }

        quantity = new SenmlName(textsLength, nameLength);
        textsLength += nameLength;
        if (baseDevice == NotYet)
        {
            baseDevice = AddDevice(baseName.AsSpan(0, baseLength - 1));
        }

        device = baseDevice;
        return true;
    }

    private static bool IsValidName(ReadOnlySpan<byte> text) =>
        char.IsAsciiLetterOrDigit((char)text[0]) && !text.ContainsAnyExcept(NameBytes);

    /// <summary>Whether the name at hand has nothing in it but letters, digits and <c>- : . _</c>.</summary>
    private bool IsQuantity()
    {
        if (nameLength > Vector128<byte>.Count)
        {
            return !texts.AsSpan(textsLength, nameLength).ContainsAnyExcept(QuantityBytes);
        }

        // What follows the name in the texts is looked at too, and does not count.
        var name = Vector128.LoadUnsafe(ref texts[textsLength]);
        var letters = Vector128.LessThanOrEqual((name | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a'), Vector128.Create((byte)25));
        var digits = Vector128.LessThanOrEqual(name - Vector128.Create((byte)'0'), Vector128.Create((byte)(':' - '0')));
        var marks = Vector128.LessThanOrEqual(name - Vector128.Create((byte)'-'), Vector128.Create((byte)('.' - '-'))) | Vector128.Equals(name, Vector128.Create((byte)'_'));
        var others = ~(letters | digits | marks).ExtractMostSignificantBits();
        return (others & ((1u << nameLength) - 1)) == 0;
    }

    private bool TryJoinAny(out int device, out SenmlName quantity)
    {
        device = None;
        quantity = new SenmlName(0, -1);
        var length = baseLength + nameLength;
        if (baseLength < 0 || nameLength < 0 || length > JsonText.MaximumNameBytes)
        {
            return true;
        }

        Span<byte> whole = stackalloc byte[JsonText.MaximumNameBytes];
        baseName.AsSpan(0, baseLength).CopyTo(whole);
        texts.AsSpan(textsLength, nameLength).CopyTo(whole[baseLength..]);
        whole = whole[..length];
        if (length == 0 || !IsValidName(whole))
        {
            return false;
        }

        var slash = whole.LastIndexOf(Slash);
        device = slash < 0 ? None : AddDevice(whole[..slash]);
        quantity = Append(whole[(slash + 1)..]);
        return true;
    }

    private int AddDevice(ReadOnlySpan<byte> device)
    {
        if (deviceCount > 0 && devices[deviceCount - 1] is var last && device.SequenceEqual(texts.AsSpan(last.Start, last.Length)))
        {
            return deviceCount - 1;
        }

        if (deviceCount == devices.Length)
        {
            Array.Resize(ref devices, devices.Length * 2);
        }

        devices[deviceCount] = Append(device);
        return deviceCount++;
    }

    private SenmlName Append(ReadOnlySpan<byte> text)
    {
        if (texts.Length - textsLength < text.Length)
        {
            Array.Resize(ref texts, texts.Length * 2);
        }

        var place = new SenmlName(textsLength, text.Length);
        text.CopyTo(texts.AsSpan(textsLength));
        textsLength += text.Length;
        return place;
    }
}
