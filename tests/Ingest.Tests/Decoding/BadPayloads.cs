using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>One message that must be refused, and with which reason.</summary>
public sealed record BadPayload(string Name, string Topic, byte[] Payload, RefusalReason Expected, PayloadFormat Format = PayloadFormat.Detect);

/// <summary>Everything that can be wrong with a message, one thing at a time: the rest of each message is good.</summary>
internal static partial class BadPayloads
{
    private const string P1 = "pingan/v1/gw1/gas-pipe/p1";
    private const string Pack = "pingan/v1/gw1";

    public static IEnumerable<BadPayload> All() =>
        [.. Literals(), .. Ranges(), .. JsonSyntax(), .. Utf8(), .. Duplicates(), .. Senml(), .. Formats(), .. UnitsRefused(), .. Times(),
         .. Names(), .. Bounds(), .. Truncated(), .. Cbor()];

    private static BadPayload Bad(string name, RefusalReason expected, string payload, string topic = P1, PayloadFormat format = PayloadFormat.Detect) =>
        new(name, topic, Encoding.UTF8.GetBytes(payload), expected, format);

    /// <summary>The same literal where a number is meant, in each way a number may be written down.</summary>
    private static IEnumerable<BadPayload> Literals()
    {
        string[] malformed =
        [
            "NaN", "Infinity", "-Infinity", "nan", "inf", "+1", "01", "-01", "1.", ".5", "-.5", "1e", "1e+", "1E-", "0x10", "1_000", "1,5", "--1", "-",
            "1.2.3", "1e1.5", "\uFF11", "∞", "undefined", "True", "TRUE", "tru", "nul", "'1'", "1f", "1 2", "(1)", "1/2", "$1", "\"abc", "", "{", "[1", "1}1",
        ];
        string[] notFinite = ["1e999", "-1e999", "1e309", "-1e309", "1.8e308", "1e99999999999", new string('9', 400), "-" + new string('9', 310) + ".5"];
        string[] outOfRange = ["10000.1", "-0.1", "1e300", "-1", "1e15", "-1e-9", "1.7976931348623157e308"];
        string[] wrongType = ["null", "true", "false", "\"1\"", "\"\"", "[]", "[1]", "{}", "{\"v\":1}", "\"NaN\"", "\"1e5\"", "[[1]]", "\"" + new string('x', 5_000) + "\""];
        (string Name, string Format, string Topic)[] places =
        [
            ("plain", "{{\"pressure\":{0}}}", P1), ("senml", "[{{\"n\":\"pressure\",\"v\":{0}}}]", P1),
            ("pack", "[{{\"bn\":\"gas-pipe/p1/\",\"n\":\"pressure\",\"u\":\"kPa\",\"v\":{0}}}]", Pack),
        ];
        foreach (var (place, format, topic) in places)
        {
            foreach (var (literals, reason) in new[]
            {
                (malformed, RefusalReason.PayloadMalformed), (notFinite, RefusalReason.ValueNotFinite),
                (outOfRange, RefusalReason.ValueOutOfRange), (wrongType, RefusalReason.ValueTypeWrong),
            })
            {
                foreach (var literal in literals)
                {
                    var shown = literal.Length > 30 ? literal[..30] + "…" : literal;
                    yield return Bad($"{place} number {shown}", reason, string.Format(CultureInfo.InvariantCulture, format, literal), topic);
                }
            }
        }

        foreach (var literal in new[] { "1", "0", "\"true\"", "null", "\"on\"", "[true]", "2", "-1", "1.0", "{}" })
        {
            yield return Bad($"plain boolean {literal}", RefusalReason.ValueTypeWrong, $$"""{"valve":{{literal}}}""");
            yield return Bad($"senml boolean {literal}", RefusalReason.ValueTypeWrong, $$"""[{"n":"valve","vb":{{literal}}}]""");
            yield return Bad($"senml boolean as number {literal}", RefusalReason.ValueTypeWrong, $$"""[{"n":"valve","v":{{literal}}}]""");
        }
    }

    /// <summary>Just outside of every quantity of every kind.</summary>
    private static IEnumerable<BadPayload> Ranges()
    {
        foreach (var kind in Catalog.Default.Kinds.Where(kind => kind.Name != Catalog.GatewayKind))
        {
            foreach (var quantity in kind.Quantities)
            {
                var topic = $"pingan/v1/gw1/{kind.Name}/any";
                if (quantity.IsBoolean)
                {
                    yield return Bad($"{kind.Name} {quantity.Name} as a number", RefusalReason.ValueTypeWrong, $$"""{"{{quantity.Name}}":1}""", topic);
                    continue;
                }

                foreach (var value in new[] { quantity.Minimum - 1, quantity.Maximum + 1 })
                {
                    var text = value.ToString("R", CultureInfo.InvariantCulture);
                    yield return Bad($"{kind.Name} {quantity.Name} {text}", RefusalReason.ValueOutOfRange, $$"""{"{{quantity.Name}}":{{text}}}""", topic);
                    yield return Bad(
                        $"{kind.Name} {quantity.Name} {text} in a pack", RefusalReason.ValueOutOfRange,
                        $$"""[{"n":"{{kind.Name}}/any/{{quantity.Name}}","v":{{text}}}]""", Pack);
                }

                yield return Bad($"{kind.Name} {quantity.Name} as a boolean", RefusalReason.ValueTypeWrong, $$"""{"{{quantity.Name}}":true}""", topic);
            }
        }
    }

    private static IEnumerable<BadPayload> JsonSyntax()
    {
        foreach (var tail in new[] { "x", "}", "{}", ",", "\0", "1", "[", "]", "//c", "/**/", "\u00A0", "\"", "null", "\uFEFF", "\v" })
        {
            yield return Bad($"plain then {Show(tail)}", RefusalReason.PayloadMalformed, """{"pressure":1}""" + tail);
            yield return Bad($"senml then {Show(tail)}", RefusalReason.PayloadMalformed, """[{"n":"pressure","v":1}]""" + tail);
        }

        foreach (var payload in new[]
        {
            "{", "{\"", "{\"pressure\"", "{\"pressure\":", "{\"pressure\":1", "{\"pressure\":1,", "{\"pressure\":1,}", "{,}", "{,\"pressure\":1}", "{\"pressure\" 1}",
            "{\"pressure\"::1}", "{\"pressure\":1,,\"methane\":1}", "{pressure:1}", "{'pressure':1}", "{\"pressure\":1 \"methane\":1}", "{\"pressure\":1;\"methane\":1}",
            "{\"pressure\"=1}", "{1:1}", "{null:1}", "{\"pressure\":1]", "{[\"pressure\"]:1}", "/**/{\"pressure\":1}".Replace("/**/", "{/**/"), "{\"pressure\":/**/1}",
            "{\"pressure\":1//\n}", "{\"pres\nsure\":1}", "{\"pres\tsure\":1}", "{\"pres\\xsure\":1}", "{\"pres\\u12\":1}", "{\"pres\\uzzzz\":1}", "{\"pres\\\":1}",
            "{\"a\":\"\\ud800\",\"\\ud800\":1}", "{\"\\udc00x\":1}", "{\"\\ud800\\u0041\":1}",
        })
        {
            yield return Bad($"plain {Show(payload)}", RefusalReason.PayloadMalformed, payload);
        }

        foreach (var payload in new[]
        {
            "[", "[{", "[{}", "[{},", "[{},]", "[,{}]", "[{\"n\":\"pressure\",\"v\":1},]", "[{\"n\":\"pressure\",\"v\":1}", "[{\"n\":\"pressure\",\"v\":1}}",
            "[{\"n\":\"pressure\",\"v\":1} {\"n\":\"pressure\",\"v\":1}]", "[{n:\"pressure\",\"v\":1}]", "[{\"n\":\"pres\\q\",\"v\":1}]", "[{\"n\":\"\\ud83d\",\"v\":1}]",
            "[{\"n\":\"pressure\",\"v\":1,\"x\":[1,]}]", "[{\"n\":\"pressure\",\"v\":1,\"x\":{\"a\"}}]", "[{\"bn\":\"\\udfff\",\"n\":\"pressure\",\"v\":1}]",
        })
        {
            yield return Bad($"senml {Show(payload)}", RefusalReason.PayloadMalformed, payload);
        }

        foreach (var depth in new[] { 8, 9, 64, 1_000, 100_000 })
        {
            yield return Bad($"plain nested {depth}", RefusalReason.PayloadMalformed, "{\"pressure\":" + new string('[', depth) + new string(']', depth) + "}");
            yield return Bad($"senml nested {depth}", RefusalReason.PayloadMalformed, "[{\"n\":\"pressure\",\"v\":1,\"x\":" + new string('[', depth) + new string(']', depth) + "}]");
            yield return Bad($"nested {depth} and never closed", RefusalReason.PayloadMalformed, "{\"pressure\":" + new string('[', depth));
        }
    }

    private static IEnumerable<BadPayload> Utf8()
    {
        foreach (var hex in new[] { "80", "C0AF", "C1BF", "C2", "E08080", "E282", "EDA080", "EDBFBF", "F0808080", "F4908080", "F5808080", "F8888080", "FE", "FF", "C328" })
        {
            byte[] bad = Convert.FromHexString(hex);
            yield return new BadPayload($"plain key with bytes {hex}", P1, [.. "{\"pressure\":1,\""u8, .. bad, .. "\":1}"u8], RefusalReason.PayloadMalformed);
            yield return new BadPayload($"plain string with bytes {hex}", P1, [.. "{\"pressure\":\""u8, .. bad, .. "\"}"u8], RefusalReason.PayloadMalformed);
            yield return new BadPayload($"senml name with bytes {hex}", P1, [.. "[{\"n\":\"pressure"u8, .. bad, .. "\",\"v\":1}]"u8], RefusalReason.PayloadMalformed);
            yield return new BadPayload(
                $"cbor name with bytes {hex}", P1, [0x81, 0xa2, 0x00, (byte)(0x61 + bad.Length), (byte)'n', .. bad, 0x02, 0x01], RefusalReason.PayloadMalformed);
        }
    }

    private static IEnumerable<BadPayload> Duplicates()
    {
        foreach (var key in new[] { "pressure", "methane", "flow", "temperature", "valve", "t", "other", "" })
        {
            var value = key == "valve" ? "true" : "1";
            yield return Bad($"plain {key} twice", RefusalReason.KeyDuplicate, $$"""{"{{key}}":{{value}},"{{key}}":{{value}}}""");
            yield return Bad($"plain {key} twice and far", RefusalReason.KeyDuplicate, $$"""{"{{key}}":{{value}},"a":1,"b":2,"{{key}}":{{value}}}""");
        }

        yield return Bad("plain twice by escape", RefusalReason.KeyDuplicate, """{"pressure":1,"\u0070ressure":1}""");
        yield return Bad("plain unknown twice by escape", RefusalReason.KeyDuplicate, """{"pressure":1,"x/":1,"x\/":1}""");
        yield return Bad("senml twice by escape", RefusalReason.KeyDuplicate, """[{"n":"pressure","v":1,"\u0076":1}]""");
        yield return Bad("senml unknown twice", RefusalReason.KeyDuplicate, """[{"n":"pressure","v":1,"x":1,"x":2}]""");
        foreach (var (label, value) in new[]
        {
            ("bn", "\"\""), ("bt", "0"), ("bu", "\"kPa\""), ("bv", "0"), ("bs", "0"), ("bver", "10"), ("n", "\"pressure\""), ("u", "\"kPa\""), ("v", "1"),
            ("vs", "\"\""), ("vb", "true"), ("vd", "\"\""), ("s", "1"), ("t", "0"), ("ut", "1"),
        })
        {
            yield return Bad($"senml {label} twice", RefusalReason.KeyDuplicate, $$"""[{"{{label}}":{{value}},"{{label}}":{{value}}}]""");
        }
    }

    private static IEnumerable<BadPayload> Senml()
    {
        foreach (var version in new[] { "11", "0", "-1", "1.5", "25", "27", "1e9", "\"10\"", "null", "true", "[]" })
        {
            yield return Bad($"senml bver {version}", RefusalReason.SenmlInvalid, $$"""[{"bver":{{version}},"n":"pressure","v":1}]""");
        }

        yield return Bad("senml versions differ", RefusalReason.SenmlInvalid, """[{"bver":10,"n":"pressure","v":1},{"bver":5,"n":"pressure","v":1}]""");
        yield return Bad("senml version comes late", RefusalReason.SenmlInvalid, """[{"n":"pressure","v":1},{"bver":26,"n":"pressure","v":1}]""");
        foreach (var label in new[] { "bn", "n", "bu", "u" })
        {
            foreach (var value in new[] { "1", "null", "true", "[]", "{}" })
            {
                yield return Bad($"senml {label} {value}", RefusalReason.SenmlInvalid, $$"""[{"{{label}}":{{value}},"n":"pressure","v":1}]""".Replace(label == "n" ? ",\"n\":\"pressure\"" : "~", "", StringComparison.Ordinal));
            }
        }

        foreach (var label in new[] { "bt", "bv", "bs", "s", "t", "ut" })
        {
            foreach (var value in new[] { "\"1\"", "null", "true", "[1]", "{}" })
            {
                yield return Bad($"senml {label} {value}", RefusalReason.SenmlInvalid, $$"""[{"{{label}}":{{value}},"n":"pressure","v":1}]""");
            }
        }

        foreach (var label in new[] { "x_", "_", "bt_", "v_", "\\u005f", "very-long-label-that-must-be-understood-by-all_" })
        {
            yield return Bad($"senml must understand {label}", RefusalReason.SenmlInvalid, $$"""[{"n":"pressure","v":1,"{{label}}":1}]""");
        }

        string[] values = ["\"v\":1", "\"vs\":\"1\"", "\"vb\":true", "\"vd\":\"aGk\""];
        for (var a = 0; a < values.Length; a++)
        {
            for (var b = 0; b < values.Length; b++)
            {
                if (a != b)
                {
                    yield return Bad($"senml {values[a]} and {values[b]}", RefusalReason.SenmlInvalid, $$"""[{"n":"pressure",{{values[a]}},{{values[b]}}}]""");
                }
            }
        }

        foreach (var record in new[] { "\"n\":\"pressure\"", "\"u\":\"kPa\"", "\"t\":0", "\"ut\":1", "\"n\":\"pressure\",\"bv\":5", "\"n\":\"pressure\",\"u\":\"kPa\",\"t\":-1" })
        {
            yield return Bad($"senml without a value: {record}", RefusalReason.SenmlInvalid, "[{" + record + "}]");
        }

        foreach (var name in new[] { "", "-pressure", "_pressure", "/pressure", ":pressure", ".pressure", "press ure", "pressure#", "pressure+", "druck\u00e4", "a\\u0000b", "a,b", "a@b", "a(b)" })
        {
            yield return Bad($"senml name '{name}'", RefusalReason.SenmlInvalid, $$"""[{"n":"{{name}}","v":1}]""");
        }

        yield return Bad("senml no name at all", RefusalReason.SenmlInvalid, """[{"v":1}]""");
        foreach (var element in new[] { "1", "null", "\"x\"", "[]", "true", "[{}]" })
        {
            yield return Bad($"senml record {element}", RefusalReason.SenmlInvalid, $"[{element}]");
            yield return Bad($"senml second record {element}", RefusalReason.SenmlInvalid, "[{\"n\":\"pressure\",\"v\":1}," + element + "]");
        }

        foreach (var field in new[] { "\"vs\":\"1\"", "\"vd\":\"aGkgCg\"", "\"s\":12", "\"vs\":1", "\"vd\":null", "\"vs\":\"NaN\"", "\"bs\":1,\"s\":1", "\"vs\":{}" })
        {
            yield return Bad($"senml value {field}", RefusalReason.ValueTypeWrong, "[{\"n\":\"pressure\"," + field + "}]");
        }

        foreach (var nothing in new[] { "{}", "{ }", "{\"t\":1760000000}", "[]", "[{}]", "[{},{}]", "[{\"bn\":\"gas-pipe/p1/\"}]", "[{\"bt\":1,\"bu\":\"kPa\"}]", "[{\"x\":1}]" })
        {
            yield return Bad($"nothing in {nothing}", RefusalReason.NoReadings, nothing);
        }
    }

    private static IEnumerable<BadPayload> Formats()
    {
        yield return Bad("empty", RefusalReason.PayloadEmpty, "");
        foreach (var payload in new[] { " ", "\n\n", "1", "\"x\"", "null", "true", "pressure=1", "<senml/>", "\uFEFF{\"pressure\":1}", "\uFEFF[]", "(", "-1", "'x'", "\0{\"pressure\":1}", "}", "]" })
        {
            yield return Bad($"not a format: {Show(payload)}", RefusalReason.FormatUnknown, payload);
        }

        foreach (var first in new byte[] { 0x00, 0x01, 0x17, 0x1b, 0x40, 0x60, 0x7f, 0xa0, 0xa1, 0xbf, 0xc0, 0xd9, 0xe0, 0xf4, 0xf6, 0xf9, 0xfb, 0xff })
        {
            yield return new BadPayload($"first byte {first:X2}", P1, [first, 0x81, 0xa0], RefusalReason.FormatUnknown);
        }

        const string plain = """{"pressure":1}""";
        const string senml = """[{"n":"pressure","v":1}]""";
        yield return Bad("plain said to be senml+json", RefusalReason.FormatUnknown, plain, P1, PayloadFormat.SenmlJson);
        yield return Bad("plain said to be senml+cbor", RefusalReason.FormatUnknown, plain, P1, PayloadFormat.SenmlCbor);
        yield return Bad("senml said to be plain", RefusalReason.FormatUnknown, senml, P1, PayloadFormat.Json);
        yield return Bad("senml said to be cbor", RefusalReason.FormatUnknown, senml, P1, PayloadFormat.SenmlCbor);
        yield return new BadPayload("cbor said to be json", P1, [0x81, 0xa0], RefusalReason.FormatUnknown, PayloadFormat.Json);
        yield return new BadPayload("cbor said to be senml+json", P1, [0x81, 0xa0], RefusalReason.FormatUnknown, PayloadFormat.SenmlJson);
        yield return Bad("plain object as a pack", RefusalReason.FormatUnknown, plain, Pack);
    }

    /// <summary>Every unit that has nothing to do with pressure, and every wrong way to write one that has.</summary>
    private static IEnumerable<BadPayload> UnitsRefused()
    {
        string[] good = ["", "Pa", "hPa", "kPa"];
        for (var unit = 0; unit < Units.Count; unit++)
        {
            if (!good.Contains(Units.Get(unit).Symbol))
            {
                yield return Bad($"pressure in {Units.Get(unit).Symbol}", RefusalReason.UnitMismatch, $$"""[{"n":"pressure","u":"{{Units.Get(unit).Symbol}}","v":1}]""");
            }
        }

        foreach (var unit in new[] { "bar", "mbar", "MPa", "psi", "kpa", "KPA", "pa", "PA", " Pa", "Pa ", "kPa\\u0000", "℃", "degC", "mmHg", "atm", "N/m2", "k", "kPakPakPa", "\\u0000kPa" })
        {
            yield return Bad($"pressure in '{unit}'", RefusalReason.UnitMismatch, $$"""[{"n":"pressure","u":"{{unit}}","v":1}]""");
            yield return Bad($"pressure in base unit '{unit}'", RefusalReason.UnitMismatch, $$"""[{"bu":"{{unit}}","n":"pressure","v":1}]""");
        }

        yield return Bad("boolean with a unit", RefusalReason.UnitMismatch, """[{"n":"valve","u":"/","vb":true}]""");
        yield return Bad("plain number with a unit", RefusalReason.UnitMismatch, """[{"n":"fault-code","u":"count","v":1}]""", "pingan/v1/gw1/elevator/e1");
        yield return Bad("humidity for battery", RefusalReason.UnitMismatch, """[{"n":"battery","u":"%RH","v":1}]""", "pingan/v1/gw1/smoke-detector/s1");
        yield return Bad("% by volume for %LEL", RefusalReason.UnitMismatch, """[{"n":"methane","u":"%","v":1}]""");
        yield return Bad("out of range after conversion", RefusalReason.ValueOutOfRange, """[{"n":"pressure","u":"Pa","v":10000001}]""");
        yield return Bad("infinite after conversion", RefusalReason.ValueOutOfRange, """[{"n":"energy","u":"GB","v":1}]""".Replace("GB", "kWh").Replace("\"v\":1", "\"v\":1e308"), "pingan/v1/gw1/charging-pile/c1");
        yield return Bad("not finite with its base", RefusalReason.ValueNotFinite, """[{"bv":1e308,"n":"pressure","v":1e308}]""");
    }

    private static IEnumerable<BadPayload> Times()
    {
        foreach (var time in new[] { "\"1760000000\"", "null", "true", "[]", "{}", "1e999", "-1e999", "-1", "0", "1", "946684799", "946684799.999", "1e-300", "-1760000000", "\"\"", "268435456", "-1e308" })
        {
            yield return Bad($"plain t {time}", RefusalReason.TimeInvalid, $$"""{"t":{{time}},"pressure":1}""");
            yield return Bad($"plain t {time} last", RefusalReason.TimeInvalid, $$"""{"pressure":1,"t":{{time}}}""");
        }

        foreach (var time in new[] { "268435456", "268435457", "946684799", "1e999", "-1e999", "-1e300", "-1e12", "-900000000", "500000000.5" })
        {
            yield return Bad($"senml t {time}", RefusalReason.TimeInvalid, $$"""[{"n":"pressure","v":1,"t":{{time}}}]""");
            yield return Bad($"senml bt {time}", RefusalReason.TimeInvalid, $$"""[{"bt":{{time}},"n":"pressure","v":1}]""");
        }
    }

    private static IEnumerable<BadPayload> Names()
    {
        foreach (var key in new[] { "Pressure", "PRESSURE", "pressure ", " pressure", "press", "pressures", "", "pressure\\u0000", "T", "time", "v", "压力", new string('p', 300), "\\u0070\\u0070", "gas-pipe/p1/pressure" })
        {
            yield return Bad($"plain key '{key}'", RefusalReason.QuantityUnknown, $$"""{"{{key}}":1}""");
        }

        foreach (var (name, reason) in new[]
        {
            ("smoke", RefusalReason.QuantityUnknown), ("Pressure", RefusalReason.QuantityUnknown), ("gas-pipe/p1/smoke", RefusalReason.QuantityUnknown),
            ("gas-pipe/p1/", RefusalReason.QuantityUnknown), ("gas-pipe/p2/pressure", RefusalReason.DeviceForeign), ("gas-pipe/theirs/pressure", RefusalReason.DeviceForeign),
            ("smoke-detector/p1/smoke", RefusalReason.DeviceForeign), ("boiler/p1/pressure", RefusalReason.KindUnknown), ("p1/pressure", RefusalReason.KindUnknown),
            ("gas-pipe/pressure", RefusalReason.DeviceNameInvalid), ("gas-pipe//pressure", RefusalReason.DeviceNameInvalid), ("gas-pipe/p1/x/pressure", RefusalReason.DeviceNameInvalid),
            ("gas-pipe/p:1/pressure", RefusalReason.DeviceNameInvalid), ("gateway/gw1/online", RefusalReason.KindUnknown), (new string('n', 200), RefusalReason.DeviceNameInvalid),
        })
        {
            yield return Bad($"senml name {name}", reason, $$"""[{"n":"{{name}}","v":1}]""");
        }

        foreach (var (name, reason) in new[]
        {
            ("pressure", RefusalReason.KindUnknown), ("gas-pipe", RefusalReason.KindUnknown), ("boiler/b/pressure", RefusalReason.KindUnknown), ("GAS-PIPE/p1/pressure", RefusalReason.KindUnknown),
            ("gateway/gw1/online", RefusalReason.KindUnknown), ("gas-pipe/theirs/pressure", RefusalReason.DeviceForeign), ("gas-pipe/p1/smoke", RefusalReason.QuantityUnknown),
            ("gas-pipe/p1/", RefusalReason.QuantityUnknown), ("gas-pipe/p1", RefusalReason.DeviceNameInvalid), ("gas-pipe//pressure", RefusalReason.DeviceNameInvalid),
            ("gas-pipe/a/b/pressure", RefusalReason.DeviceNameInvalid), ("gas-pipe/" + new string('d', 65) + "/pressure", RefusalReason.DeviceNameInvalid),
            ("pingan/v1/gw1/gas-pipe/p1/pressure", RefusalReason.KindUnknown), ("urn:dev:ow:10e2073a01080063:voltage", RefusalReason.KindUnknown),
        })
        {
            yield return Bad($"pack name {name}", reason, $$"""[{"n":"{{name}}","v":1}]""", Pack);
            yield return Bad($"pack base name {name}", reason, $$"""[{"bn":"{{name}}","v":1}]""", Pack);
        }

        foreach (var (topic, reason) in new[]
        {
            ("", RefusalReason.TopicUnknown), ("pingan", RefusalReason.TopicUnknown), ("pingan/v1//gas-pipe/p1", RefusalReason.TopicUnknown), ("PINGAN/v1/gw1/gas-pipe/p1", RefusalReason.TopicUnknown),
            ("pingan/v1/gw1/gas-pipe/p1/", RefusalReason.TopicUnknown), ("pingan/v1/gw1/", RefusalReason.TopicUnknown), ("pingan/v1/gw1/status", RefusalReason.PayloadMalformed), ("pingan/v1/gw2/status", RefusalReason.GatewayForeign), ("pingan/v1/gw1/status/", RefusalReason.KindUnknown),
            ("pingan/v1/gw1/notice", RefusalReason.TopicUnknown), ("pingan/v1/gw1/gas-pipe/#", RefusalReason.DeviceNameInvalid), ("pingan/v1/+/gas-pipe/p1", RefusalReason.GatewayForeign),
            ("pingan/v1/gw2/gas-pipe/p1", RefusalReason.GatewayForeign), ("pingan/v1/gw1 /gas-pipe/p1", RefusalReason.GatewayForeign), ("pingan/v1/Gw1/gas-pipe/p1", RefusalReason.GatewayForeign),
            ("pingan/v1/gw/gas-pipe/p1", RefusalReason.GatewayForeign), ("pingan/v1/gw11/gas-pipe/p1", RefusalReason.GatewayForeign), ("pingan/v1/gw1/gas_pipe/p1", RefusalReason.KindUnknown),
            ("pingan/v1/gw1/../p1", RefusalReason.KindUnknown), ("pingan/v1/gw1/gas-pipe/p1\0", RefusalReason.DeviceNameInvalid), ("pingan/v1/gw1/gas-pipe/p 1", RefusalReason.DeviceNameInvalid),
            ("pingan/v1/gw1/gas-pipe/" + new string('d', 65), RefusalReason.DeviceNameInvalid), ("pingan/v1/gw1/gas-pipe/\u0440\u0031", RefusalReason.DeviceNameInvalid),
            ("pingan/v1/gw1/gas-pipe/theirs", RefusalReason.DeviceForeign), ("$share/g/pingan/v1/gw1/gas-pipe/p1", RefusalReason.TopicUnknown), ("$SYS/broker", RefusalReason.TopicUnknown),
        })
        {
            yield return Bad($"topic '{Show(topic)}'", reason, """{"pressure":1}""", topic);
        }
    }

    private static IEnumerable<BadPayload> Bounds()
    {
        yield return Bad("256 KiB and a byte", RefusalReason.PayloadTooLarge, "{\"pressure\":1}".PadRight(MessageDecoder.MaximumPayloadBytes + 1));
        yield return Bad("1 MiB of brackets", RefusalReason.PayloadTooLarge, new string('[', 1 << 20));
        yield return Bad("a record too many", RefusalReason.TooManyReadings, "[{\"bn\":\"pressure\",\"v\":1}" + string.Concat(Enumerable.Repeat(",{\"v\":1}", MessageDecoder.MaximumReadings)) + "]");
        yield return Bad("257 unknown keys", RefusalReason.TooManyReadings, "{" + string.Join(',', Enumerable.Range(0, 257).Select(i => $"\"k{i}\":1")) + "}");
        yield return Bad("257 unknown labels", RefusalReason.SenmlInvalid, "[{\"n\":\"pressure\",\"v\":1," + string.Join(',', Enumerable.Range(0, 257).Select(i => $"\"k{i}\":1")) + "}]");
        yield return Bad("a string of 200 KB", RefusalReason.ValueTypeWrong, "{\"pressure\":\"" + new string('x', 200_000) + "\"}");
        yield return Bad("a key of 200 KB", RefusalReason.QuantityUnknown, "{\"" + new string('x', 200_000) + "\":1}");
        yield return Bad("a number of 200 KB", RefusalReason.ValueNotFinite, "{\"pressure\":" + new string('1', 200_000) + "}");
        yield return Bad("a base name of 200 KB", RefusalReason.DeviceNameInvalid, "[{\"bn\":\"" + new string('x', 200_000) + "\",\"n\":\"pressure\",\"v\":1}]");
    }

    private static IEnumerable<BadPayload> Truncated()
    {
        const string plain = """{"t":1760000000.0,"pressure":412.5,"valve":true}""";
        const string senml = """[{"bn":"gas-pipe/p1/","n":"pressure","u":"kPa","v":412.5}]""";
        var cbor = GoodCbor();
        for (var length = 1; length < plain.Length; length++)
        {
            yield return Bad($"plain cut after {length}", RefusalReason.PayloadMalformed, plain[..length]);
        }

        for (var length = 1; length < senml.Length; length++)
        {
            yield return Bad($"senml cut after {length}", RefusalReason.PayloadMalformed, senml[..length]);
        }

        for (var length = 1; length < cbor.Length; length++)
        {
            yield return new BadPayload($"cbor cut after {length}", P1, cbor[..length], RefusalReason.PayloadMalformed);
        }
    }

    private static string Show(string text)
    {
        var escaped = text.Replace("\0", "\\0", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\v", "\\v", StringComparison.Ordinal);
        return escaped.Length > 60 ? escaped[..60] + "…" : escaped;
    }
}
