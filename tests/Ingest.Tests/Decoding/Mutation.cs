using System.Text;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Good messages, each damaged in one to four places.</summary>
internal static class Mutation
{
    private static readonly (string Topic, byte[] Payload)[] Good =
    [
        ("pingan/v1/gw1/gas-pipe/p1", """{"t": 1760000000.0, "pressure": 412.5, "methane": 0.25, "valve": true}"""u8.ToArray()),
        ("pingan/v1/gw1/gas-pipe/p1", """{"temperature":-12.5e0,"flow":1E2,"pressure":0,"note":{"a":[1,"x"]}}"""u8.ToArray()),
        ("pingan/v1/gw1/charging-pile/c1", """{"current":32.1,"voltage":380,"leakage":2,"charging":false,"t":1759999999}"""u8.ToArray()),
        ("pingan/v1/gw1/gas-pipe/p1", """[{"bn":"gas-pipe/p1/","bt":1759999000,"n":"pressure","u":"Pa","v":412500},{"n":"methane","v":2,"t":10}]"""u8.ToArray()),
        ("pingan/v1/gw1", """[{"bn":"gas-pipe/p1/","n":"pressure","v":1},{"bn":"smoke-detector/s1/","n":"smoke","v":3},{"n":"alarm","vb":true}]"""u8.ToArray()),
        ("pingan/v1/gw1", """[{"n":"gas-pipe/theirs/pressure","v":1},{"n":"gas-pipe/shared/pressure","u":"hPa","v":20},{"n":"elevator/e1/speed","u":"km/h","v":9}]"""u8.ToArray()),
        ("pingan/v1/gw1/gas-pipe/p1", BadPayloads.GoodCbor()),
        ("pingan/v1/gw1/gas-pipe/p1", Convert.FromHexString("9FBF007F6470726573647375726 5FF02C48220191 01D0624FFBF006576616C766504F5FFFF".Replace(" ", "", StringComparison.Ordinal))),
        ("pingan/v1/gw1", Convert.FromHexString("82A4216C6761732D706970652F70312F00687072657373757265016368506102FA43C80000A200676D657468616E6502F93C00")),
    ];

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "NaN", "1e999", "-1", "null", "true", "\"", "\\u0000", "\\ud800", "{", "}", "[", "]", ",", ":", "0", "00", "1e-400", "99999999", "\"v\"", "\"t\"", "\"n\"", "\"pressure\"",
            "\"bver\":11,", "\"x_\":1,", "\"v\":1,", "Pa", "kPa", "/", "\u00e9",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0x80], [0x9f], [0xbf], [0xf9, 0x7e, 0x00], [0xf6], [0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xc4], [0xa0],
    ];

    public static (string Topic, byte[] Payload) Next(Random random)
    {
        var (topic, good) = Good[random.Next(Good.Length)];
        var payload = new List<byte>(good);
        for (var damage = random.Next(1, 5); damage > 0 && payload.Count > 0; damage--)
        {
            Damage(random, payload);
        }

        return (topic, [.. payload]);
    }

    private static void Damage(Random random, List<byte> payload)
    {
        var at = random.Next(payload.Count);
        var length = Math.Min(random.Next(1, 12), payload.Count - at);
        switch (random.Next(8))
        {
            case 0:
                payload[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                payload[at] = (byte)random.Next(256);
                break;
            case 2:
                payload.RemoveRange(at, length);
                break;
            case 3:
                payload.InsertRange(at, payload.GetRange(at, length));
                break;
            case 4:
                payload.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                break;
            case 5:
                payload.RemoveRange(at, length);
                payload.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                break;
            case 6:
                // A digit for a digit: still a message, but another.
                var digit = payload.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
                if (digit >= 0)
                {
                    payload[digit] = (byte)('0' + random.Next(10));
                }

                break;
            default:
                var other = Good[random.Next(Good.Length)].Payload;
                var from = random.Next(other.Length);
                payload.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 30), other.Length - from)).ToArray());
                break;
        }
    }
}
