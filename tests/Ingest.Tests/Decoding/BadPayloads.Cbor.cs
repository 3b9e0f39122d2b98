namespace PingAnIoT.Ingest.Tests;

/// <summary>What can be wrong with CBOR, one thing at a time.</summary>
internal static partial class BadPayloads
{
    // {0: "pressure", ...}: an array of one map of two fields, the name first.
    private const string OneRecord = "81A20068" + "7072657373757265";

    /// <summary>A pack of one device: base name, name, unit, time and value.</summary>
    public static byte[] GoodCbor() => Convert.FromHexString(
        "81A5" + "216C" + "6761732D706970652F70312F" + "0068" + "7072657373757265" + "01636B5061" + "0624" + "02FB4079C80000000000");

    private static BadPayload BadCbor(string name, RefusalReason expected, string hex) =>
        new("cbor " + name, P1, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), expected);

    private static IEnumerable<BadPayload> Cbor() => [.. CborMalformed(), .. CborValues(), .. CborSenml()];

    private static IEnumerable<BadPayload> CborMalformed()
    {
        for (var major = 0; major < 8; major++)
        {
            for (var info = 28; info < 31; info++)
            {
                yield return BadCbor($"reserved {major}/{info} as a value", RefusalReason.PayloadMalformed, OneRecord + $"02{(major << 5) | info:X2}");
                yield return BadCbor($"reserved {major}/{info} in an unknown field", RefusalReason.PayloadMalformed, "81A300687072657373757265020161780000"[..^4] + $"{(major << 5) | info:X2}");
            }
        }

        foreach (var (name, hex) in new[]
        {
            ("trailing byte", "81A0 00"), ("two packs", "81A0 81A0"), ("break alone", "81FF"), ("break as a value", OneRecord + "02FF"), ("break as a label", "81A1FF01"),
            ("unclosed array", "9FA0"), ("unclosed map", "81BF00"), ("map of an odd count", "81BF0068" + "7072657373757265" + "02FF"),
            ("indefinite integer", OneRecord + "021F"), ("indefinite negative", OneRecord + "023F"), ("indefinite tag", OneRecord + "02DF01"),
            ("array of 2^63", "9B8000000000000000A0"), ("array of 2^64-1", "9BFFFFFFFFFFFFFFFF"), ("map of 2^63", "81BB8000000000000000"), ("map of 2^32", "81BA FFFFFFFF 00 60"),
            ("text of 2^63", "81A1007B8000000000000000"), ("text of 4 GiB", "81A1007AFFFFFFFF70"), ("bytes of 2^63", "81A1085B8000000000000000"), ("text longer than the rest", "81A1006870"),
            ("chunk of bytes in text", "81A1007F4161FF"), ("chunk of a number in text", "81A1007F01FF"), ("nested indefinite text", "81A1007F7F6161FFFF"), ("unclosed chunks", "81A1007F6161"),
            ("chunk of text in bytes", "81A1085F6161FF"), ("half of a character per chunk", "81A2007F61C3 61A9 FF0201"), ("simple value 24 in two bytes", OneRecord + "02F818"),
            ("simple value 0 in two bytes", OneRecord + "02F800"), ("simple value 31 in two bytes", OneRecord + "02F81F"), ("tag without content", OneRecord + "02C4"),
            ("half float cut", OneRecord + "02F93E"), ("single float cut", OneRecord + "02FA3FC000"), ("double cut", OneRecord + "02FB3FF80000000000"), ("integer cut", OneRecord + "021901"),
            ("decimal fraction cut", OneRecord + "02C48220"), ("deep arrays in a value", OneRecord + "02" + new string('8', 0) + string.Concat(Enumerable.Repeat("81", 64)) + "01"),
            ("deep maps in an unknown field", "81A300687072657373757265020161 78" + string.Concat(Enumerable.Repeat("A100", 64)) + "01"),
            ("deep tags in a value", OneRecord + "02" + string.Concat(Enumerable.Repeat("C1", 1_000)) + "01"),
            ("deep indefinite arrays", OneRecord + "02" + string.Concat(Enumerable.Repeat("9F", 20_000))),
            ("deep indefinite maps", OneRecord + "02" + string.Concat(Enumerable.Repeat("BF00", 20_000))),
        })
        {
            yield return BadCbor(name, RefusalReason.PayloadMalformed, hex);
        }
    }

    private static IEnumerable<BadPayload> CborValues()
    {
        foreach (var (name, value) in new[]
        {
            ("NaN half", "F97E00"), ("infinity half", "F97C00"), ("-infinity half", "F9FC00"), ("NaN single", "FA7FC00000"), ("infinity single", "FA7F800000"), ("-infinity single", "FAFF800000"),
            ("NaN double", "FB7FF8000000000000"), ("signalling NaN", "FB7FF0000000000001"), ("infinity double", "FB7FF0000000000000"), ("-infinity double", "FBFFF0000000000000"),
            ("decimal fraction 1e700", "C4821902BC01"), ("decimal fraction 1e(2^62)", "C4821B400000000000000001"),
        })
        {
            yield return BadCbor(name, RefusalReason.ValueNotFinite, OneRecord + "02" + value);
        }

        foreach (var (name, value) in new[]
        {
            ("null", "F6"), ("undefined", "F7"), ("true", "F5"), ("false", "F4"), ("text", "6131"), ("bytes", "4131"), ("array", "8101"), ("map", "A10001"), ("simple 16", "F0"), ("simple 255", "F8FF"),
            ("bignum", "C24101"), ("negative bignum", "C34101"), ("date text", "C06131"), ("epoch", "C101"), ("bigfloat", "C5820001"), ("decimal fraction of one", "C48120"), ("decimal fraction of three", "C483200101"),
            ("decimal fraction of text", "C482206131"), ("decimal fraction of bignum", "C48220C24101"), ("decimal fraction of floats", "C482F93E0001"), ("decimal fraction not an array", "C401"), ("empty array", "80"),
            ("indefinite text", "7F6131FF"), ("indefinite array", "9F01FF"), ("decimal fraction of 2^63", "C482201B8000000000000000"),
        })
        {
            yield return BadCbor($"value {name}", RefusalReason.ValueTypeWrong, OneRecord + "02" + value);
        }

        foreach (var (name, value) in new[]
        {
            ("10001", "192711"), ("-1", "20"), ("2^64-1", "1BFFFFFFFFFFFFFFFF"), ("-2^64", "3BFFFFFFFFFFFFFFFF"), ("1e300", "FB7E37E43C8800759C"), ("-0.5 half", "F9B800"), ("65504 half", "F97BFF"),
            ("decimal fraction 1e5", "C4820501"), ("decimal fraction -0.1", "C4822020"),
        })
        {
            yield return BadCbor($"value {name}", RefusalReason.ValueOutOfRange, OneRecord + "02" + value);
        }

        foreach (var (name, value) in new[] { ("1", "01"), ("0", "00"), ("null", "F6"), ("text", "6474727565"), ("float", "F93C00"), ("simple 1", "E1") })
        {
            yield return BadCbor($"boolean {name}", RefusalReason.ValueTypeWrong, "81A2006576616C766504" + value);
            yield return BadCbor($"boolean as value {name}", RefusalReason.ValueTypeWrong, "81A2006576616C766502" + value);
        }

        yield return BadCbor("string value", RefusalReason.ValueTypeWrong, OneRecord + "036131");
        yield return BadCbor("data value", RefusalReason.ValueTypeWrong, OneRecord + "084131");
        yield return BadCbor("sum alone", RefusalReason.ValueTypeWrong, OneRecord + "0501");
        yield return BadCbor("unit volt", RefusalReason.UnitMismatch, "81A300687072657373757265016156 0201");
        yield return BadCbor("unit bar", RefusalReason.UnitMismatch, "81A30068707265737375726501636261720201");
        yield return BadCbor("time 1978", RefusalReason.TimeInvalid, "81A3006870726573737572650201061A10000000");
        yield return BadCbor("time NaN", RefusalReason.TimeInvalid, "81A300687072657373757265020106F97E00");
        yield return BadCbor("time -infinity", RefusalReason.TimeInvalid, "81A300687072657373757265020106F9FC00");
        yield return BadCbor("quantity unknown", RefusalReason.QuantityUnknown, "81A20065736D6F6B650201");
        yield return BadCbor("nothing", RefusalReason.NoReadings, "80");
        yield return BadCbor("nothing, indefinite", RefusalReason.NoReadings, "9FFF");
        yield return BadCbor("empty record", RefusalReason.NoReadings, "81A0");
        yield return BadCbor("10,001 records", RefusalReason.TooManyReadings, "9F" + string.Concat(Enumerable.Repeat("A20061700201", 10_001)) + "FF");
    }

    private static IEnumerable<BadPayload> CborSenml()
    {
        foreach (var record in new[] { "01", "20", "6161", "4161", "80", "F6", "C1A0" })
        {
            yield return BadCbor($"record {record}", RefusalReason.SenmlInvalid, "81" + record);
        }

        foreach (var label in new[] { "4161", "80", "A0", "F6", "F4", "FB3FF8000000000000", "C101" })
        {
            yield return BadCbor($"label {label}", RefusalReason.SenmlInvalid, "81A1" + label + "01");
        }

        foreach (var (name, label, value) in new[]
        {
            ("bver", "20", "0A"), ("bn", "21", "60"), ("bt", "22", "00"), ("bu", "23", "60"), ("bv", "24", "00"), ("bs", "25", "00"), ("n", "00", "6170"), ("u", "01", "60"), ("v", "02", "01"),
            ("vs", "03", "60"), ("vb", "04", "F5"), ("s", "05", "00"), ("t", "06", "00"), ("ut", "07", "00"), ("vd", "08", "40"), ("9", "09", "00"), ("-100", "3863", "00"),
        })
        {
            yield return BadCbor($"{name} twice", RefusalReason.KeyDuplicate, "81A2" + label + value + label + value);
            yield return BadCbor($"{name} twice, once written long", RefusalReason.KeyDuplicate, "81A2" + label + value + Long(label) + value);
        }

        yield return BadCbor("n as number and as text", RefusalReason.KeyDuplicate, "81A20061706 16E6170".Replace(" ", "", StringComparison.Ordinal));
        yield return BadCbor("unknown text twice", RefusalReason.KeyDuplicate, "81A2617801617802");
        foreach (var (name, fields) in new[]
        {
            ("bver 11", "A3200B"), ("bver 0", "A32000"), ("bver text", "A3206131"), ("bver 1.5", "A320F93E00"), ("bn number", "A32101"), ("bu number", "A32301"), ("u null", "A301F6"), ("bt text", "A3226131"),
            ("t text", "A3066131"), ("t bool", "A306F5"), ("ut text", "A3076131"), ("s text", "A3056131"), ("bv null", "A324F6"), ("bs null", "A325F6"), ("must understand", "A362785F01"), ("bn bytes", "A3214161"),
            ("v and vb", "A304F5"), ("v and vs", "A30360"), ("v and vd", "A30840"),
        })
        {
            yield return BadCbor(name, RefusalReason.SenmlInvalid, "81" + fields + "00687072657373757265" + "0201");
        }

        yield return BadCbor("no value", RefusalReason.SenmlInvalid, "81A1" + "00687072657373757265");
        yield return BadCbor("no name", RefusalReason.SenmlInvalid, "81A10201");
        yield return BadCbor("name with a space", RefusalReason.SenmlInvalid, "81A20063612062" + "0201");
    }

    /// <summary>The same integer label in eight bytes.</summary>
    private static string Long(string label)
    {
        var initial = Convert.ToByte(label[..2], 16);
        var argument = (initial & 0x1f) < 24 ? initial & 0x1f : Convert.ToByte(label[2..], 16);
        return $"{(initial & 0xe0) | 27:X2}{argument:X16}";
    }
}
