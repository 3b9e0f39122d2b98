using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>Parts of SenML as CBOR (RFC 8428 section 6, RFC 8949): labels are small integers, values doubles.</summary>
internal static class SenmlCborText
{
    private const byte MapHead = 0xA0, TextHead = 0x60, LongTextHead = 0x78, Array16Head = 0x99, DoubleHead = 0xFB, False = 0xF4, True = 0xF5;

    /// <summary>Labels: a negative n is written as 0x20 - n - 1.</summary>
    private const byte BaseName = 0x21, BaseTime = 0x22, Name = 0x00, Unit = 0x01, Value = 0x02, BooleanValue = 0x04;

    private const int ShortText = 24;

    /// <summary>Name, unit if there is one, and the label of the value.</summary>
    public static byte[] Record(SimulatedQuantity quantity) =>
    [
        Name, .. Text(quantity.Name),
        .. quantity.SenmlUnit.Length == 0 ? Array.Empty<byte>() : [Unit, .. Text(quantity.SenmlUnit)],
        quantity.IsBoolean ? BooleanValue : Value,
    ];

    /// <summary>An array of up to 65,535; its count can be changed.</summary>
    public static void PutArray(Utf8Text payload, int count)
    {
        payload.Put(Array16Head);
        payload.Put((byte)(count >> 8));
        payload.Put((byte)count);
    }

    /// <summary>Says how many are in the array at the beginning.</summary>
    public static void CountArray(Utf8Text payload, int count)
    {
        payload.Set(1, (byte)(count >> 8));
        payload.Set(2, (byte)count);
    }

    public static void PutMap(Utf8Text payload, int fields) => payload.Put((byte)(MapHead + fields));

    public static void PutBaseName(Utf8Text payload, byte[] prefix, int ordinal, int digits)
    {
        payload.Put(BaseName);
        payload.Put(LongTextHead);
        payload.Put((byte)(prefix.Length + digits + 1));
        payload.Put(prefix);
        payload.Put(ordinal, digits);
        payload.Put((byte)'/');
    }

    public static void PutBaseTime(Utf8Text payload, long millis)
    {
        payload.Put(BaseTime);
        payload.Put(DoubleHead);
        payload.Put(millis / 1000.0);
    }

    /// <param name="payload">Where to.</param>
    /// <param name="value">What.</param>
    /// <param name="decimals">-1 for true and false.</param>
    public static void PutValue(Utf8Text payload, double value, int decimals)
    {
        if (decimals < 0)
        {
            payload.Put(value >= 0.5 ? True : False);
            return;
        }

        payload.Put(DoubleHead);
        payload.Put(Utf8Text.Rounded(value, decimals));
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length < ShortText ? [(byte)(TextHead + bytes.Length), .. bytes] : [LongTextHead, (byte)bytes.Length, .. bytes];
    }
}
