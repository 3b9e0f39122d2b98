using System.Text;

namespace PingAnIoT.Ingest.Tests;

/// <summary>
/// Writes packets from text: hex bytes, <c>'text'</c> with its two-byte length, <c>"raw"</c> without, and <c>[ … ]</c> for
/// bytes preceded by their length as a variable byte integer. <c>@name</c> stands for a packet below.
/// </summary>
internal static class MqttTextPackets
{
    private static readonly Dictionary<string, string> Macros = new(StringComparer.Ordinal)
    {
        ["connect4"] = "10[ 'MQTT' 04 02 003C 'g1' ]",
        ["connack4"] = "20[ 00 00 ]",
        ["connect5"] = "10[ 'MQTT' 05 02 003C [] 'g1' ]",
        ["connack5"] = "20[ 00 00 [ 21 1000 24 01 25 00 27 00040000 22 0000 28 00 29 00 2A 00 ] ]",
        ["ping"] = "C0[]",
        ["pong"] = "D0[]",
        ["good"] = "7B227072657373757265223A3431307D",
    };

    public static byte[] Assemble(string text)
    {
        var at = 0;
        var bytes = Assemble(text, ref at);
        return bytes.ToArray();
    }

    private static List<byte> Assemble(string text, ref int at)
    {
        var bytes = new List<byte>();
        while (at < text.Length)
        {
            var c = text[at++];
            switch (c)
            {
                case ' ':
                    break;
                case '[':
                    var inner = Assemble(text, ref at);
                    VarInt(bytes, inner.Count);
                    bytes.AddRange(inner);
                    break;
                case ']':
                    return bytes;
                case '\'' or '"':
                    var end = text.IndexOf(c, at);
                    var raw = Encoding.UTF8.GetBytes(text[at..end]);
                    if (c == '\'')
                    {
                        bytes.Add((byte)(raw.Length >> 8));
                        bytes.Add((byte)raw.Length);
                    }

                    bytes.AddRange(raw);
                    at = end + 1;
                    break;
                case '@':
                    var start = at;
                    while (at < text.Length && char.IsLetterOrDigit(text[at]))
                    {
                        at++;
                    }

                    bytes.AddRange(Assemble(Macros[text[start..at]]));
                    break;
                default:
                    bytes.Add(Convert.FromHexString(text.AsSpan(at - 1, 2))[0]);
                    at++;
                    break;
            }
        }

        return bytes;
    }

    private static void VarInt(List<byte> bytes, int value)
    {
        while (value >= 128)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)value);
    }
}
