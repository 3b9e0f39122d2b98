using System.Buffers.Binary;

namespace PingAnIoT.Simulators;

/// <summary>The few version 5 CONNACK properties a publisher has to keep to.</summary>
internal static class ConnackProperties
{
    private const int Unlimited = 65_535;

    /// <param name="properties">From the property length on.</param>
    /// <returns>Receive Maximum; 65,535 when the server does not say (MQTT 5, 3.2.2.3.3).</returns>
    public static int ReceiveMaximum(ReadOnlySpan<byte> properties)
    {
        if (properties.Length < 1)
        {
            return Unlimited;
        }

        var at = properties[0] < 0x80 ? 1 : 2;
        while (at < properties.Length)
        {
            var id = properties[at++];
            if (id == 0x21 && at + 2 <= properties.Length)
            {
                return Math.Max((ushort)1, BinaryPrimitives.ReadUInt16BigEndian(properties[at..]));
            }

            var length = LengthOf(id, properties[at..]);
            if (length < 0)
            {
                return Unlimited;
            }

            at += length;
        }

        return Unlimited;
    }

    private static int LengthOf(byte id, ReadOnlySpan<byte> value) => id switch
    {
        0x24 or 0x25 or 0x28 or 0x29 or 0x2A => 1,
        0x13 or 0x22 => 2,
        0x11 or 0x27 => 4,
        0x12 or 0x15 or 0x16 or 0x1A or 0x1C or 0x1F when value.Length >= 2 => 2 + BinaryPrimitives.ReadUInt16BigEndian(value),
        0x26 when value.Length >= 2 => Pair(value),
        _ => -1,
    };

    private static int Pair(ReadOnlySpan<byte> value)
    {
        var first = 2 + BinaryPrimitives.ReadUInt16BigEndian(value);
        return value.Length < first + 2 ? -1 : first + 2 + BinaryPrimitives.ReadUInt16BigEndian(value[first..]);
    }
}
