using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>
/// Names an alert by what it is about: the same journal gives the same names. 60 bits of SHA-256 in Crockford's base 32
/// (no I, L, O, U) in three groups, to be read out over the radio; among a million alerts the chance of two alike is below 1 in 2 million.
/// </summary>
public static class AlertId
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static string Of(string ruleId, string series, long firstEpisodeMicros)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{ruleId}\n{series}\n{firstEpisodeMicros}");
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        var bits = BitConverter.ToUInt64(hash);
        Span<char> id = stackalloc char[14];
        for (var i = 0; i < id.Length; i++)
        {
            if (i is 4 or 9)
            {
                id[i] = '-';
                continue;
            }

            id[i] = Alphabet[(int)(bits & 31)];
            bits >>= 5;
        }

        return new string(id);
    }
}
