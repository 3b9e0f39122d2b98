using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Every JSON and CBOR example of RFC 8428, resolved. Their names and units are not ours, so it is the layer below the catalog that reads them.</summary>
public sealed class SenmlExamplesTests
{
    private const string Voltages = """
        [{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
         {"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},{"n":"current","t":-3,"v":1.4},
         {"n":"current","t":-2,"v":1.5},{"n":"current","t":-1,"v":1.6},{"n":"current","v":1.7}]
        """;

    private const string VoltagesResolved = """
        urn:dev:ow:10e2073a0108006:voltage V 120.1 @1276020076.001
        urn:dev:ow:10e2073a0108006:current A 1.2 @1276020071.001
        urn:dev:ow:10e2073a0108006:current A 1.3 @1276020072.001
        urn:dev:ow:10e2073a0108006:current A 1.4 @1276020073.001
        urn:dev:ow:10e2073a0108006:current A 1.5 @1276020074.001
        urn:dev:ow:10e2073a0108006:current A 1.6 @1276020075.001
        urn:dev:ow:10e2073a0108006:current A 1.7 @1276020076.001
        """;

    /// <summary>Section 6, the same pack as CBOR.</summary>
    private const string VoltagesCbor =
        "87a721781b75726e3a6465763a6f773a313065323037336130313038303036" +
        "3a22fb41d303a15b00106223614120050067766f6c7461676501615602fb40" +
        "5e066666666666a3006763757272656e74062402fb3ff3333333333333a300" +
        "6763757272656e74062302fb3ff4cccccccccccda3006763757272656e7406" +
        "2202fb3ff6666666666666a3006763757272656e74062102f93e00a3006763" +
        "757272656e74062002fb3ff999999999999aa3006763757272656e74060002" +
        "fb3ffb333333333333";

    public static TheoryData<string, string, string> Examples => new()
    {
        {
            "5.1.1 single datapoint",
            """[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]""",
            "urn:dev:ow:10e2073a01080063 Cel 23.1 @0"
        },
        {
            "5.1.2 multiple datapoints",
            """[{"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},{"n":"current","u":"A","v":1.2}]""",
            """
            urn:dev:ow:10e2073a01080063:voltage V 120.1 @0
            urn:dev:ow:10e2073a01080063:current A 1.2 @0
            """
        },
        { "5.1.2 base time and unit", Voltages, VoltagesResolved },
        {
            "5.1.2 stream",
            """
            [{"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":21.2},
             {"t":10,"v":21.3},{"t":20,"v":21.4},{"t":30,"v":21.4}]
            """,
            """
            urn:dev:ow:10e2073a01080063 %RH 21.2 @1320067464
            urn:dev:ow:10e2073a01080063 %RH 21.3 @1320067474
            urn:dev:ow:10e2073a01080063 %RH 21.4 @1320067484
            urn:dev:ow:10e2073a01080063 %RH 21.4 @1320067494
            """
        },
        {
            "5.1.3 multiple measurements",
            """
            [{"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":20},{"u":"lon","v":24.30621},{"u":"lat","v":60.07965},
             {"t":60,"v":20.3},{"u":"lon","t":60,"v":24.30622},{"u":"lat","t":60,"v":60.07965},
             {"t":120,"v":20.7},{"u":"lon","t":120,"v":24.30623},{"u":"lat","t":120,"v":60.07966},
             {"u":"%EL","t":150,"v":98},
             {"t":180,"v":21.2},{"u":"lon","t":180,"v":24.30628},{"u":"lat","t":180,"v":60.07967}]
            """,
            """
            urn:dev:ow:10e2073a01080063 %RH 20 @1320067464
            urn:dev:ow:10e2073a01080063 lon 24.30621 @1320067464
            urn:dev:ow:10e2073a01080063 lat 60.07965 @1320067464
            urn:dev:ow:10e2073a01080063 %RH 20.3 @1320067524
            urn:dev:ow:10e2073a01080063 lon 24.30622 @1320067524
            urn:dev:ow:10e2073a01080063 lat 60.07965 @1320067524
            urn:dev:ow:10e2073a01080063 %RH 20.7 @1320067584
            urn:dev:ow:10e2073a01080063 lon 24.30623 @1320067584
            urn:dev:ow:10e2073a01080063 lat 60.07966 @1320067584
            urn:dev:ow:10e2073a01080063 %EL 98 @1320067614
            urn:dev:ow:10e2073a01080063 %RH 21.2 @1320067644
            urn:dev:ow:10e2073a01080063 lon 24.30628 @1320067644
            urn:dev:ow:10e2073a01080063 lat 60.07967 @1320067644
            """
        },
        {
            "5.1.4 resolved data",
            """
            [{"n":"urn:dev:ow:10e2073a01080063","u":"%RH","t":1.320067464e+09,"v":20},
             {"n":"urn:dev:ow:10e2073a01080063","u":"lon","t":1.320067464e+09,"v":24.30621},
             {"n":"urn:dev:ow:10e2073a01080063","u":"lat","t":1.320067524e+09,"v":60.07965}]
            """,
            """
            urn:dev:ow:10e2073a01080063 %RH 20 @1320067464
            urn:dev:ow:10e2073a01080063 lon 24.30621 @1320067464
            urn:dev:ow:10e2073a01080063 lat 60.07965 @1320067524
            """
        },
        {
            "5.1.5 multiple data types",
            """
            [{"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},{"n":"label","vs":"Machine Room"},
             {"n":"open","vb":false},{"n":"nfc-reader","vd":"aGkgCg"}]
            """,
            """
            urn:dev:ow:10e2073a01080063:temp Cel 23.1 @0
            urn:dev:ow:10e2073a01080063:label String @0
            urn:dev:ow:10e2073a01080063:open false @0
            urn:dev:ow:10e2073a01080063:nfc-reader Data @0
            """
        },
        {
            "5.1.6 collection of resources",
            """
            [{"bn":"2001:db8::2/","bt":1.320078429e+09,"n":"temperature","u":"Cel","v":27.2},{"n":"humidity","u":"%RH","v":80},
             {"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3},{"n":"humidity","u":"%RH","v":67}]
            """,
            """
            2001:db8::2/temperature Cel 27.2 @1320078429
            2001:db8::2/humidity %RH 80 @1320078429
            2001:db8::1/temperature Cel 12.3 @1320078429
            2001:db8::1/humidity %RH 67 @1320078429
            """
        },
        {
            "5.1.7 setting an actuator",
            """[{"bn":"urn:dev:ow:10e2073a01080063:"},{"n":"temp","u":"Cel","v":23.1},{"n":"heat","u":"/","v":1},{"n":"fan","u":"/","v":0}]""",
            """
            urn:dev:ow:10e2073a01080063:temp Cel 23.1 @0
            urn:dev:ow:10e2073a01080063:heat / 1 @0
            urn:dev:ow:10e2073a01080063:fan / 0 @0
            """
        },
        {
            "5.1.7 two lights on",
            """[{"bt":1.320078429e+09,"bu":"/","n":"2001:db8::3","v":1},{"n":"2001:db8::4","v":1}]""",
            """
            2001:db8::3 / 1 @1320078429
            2001:db8::4 / 1 @1320078429
            """
        },
        {
            "5.1.7 two lights off",
            """
            [{"bt":1.320078429e+09,"bu":"/","n":"2001:db8::3","v":0.5},{"n":"2001:db8::4","v":0.5},
             {"n":"2001:db8::3","t":0.1,"v":0},{"n":"2001:db8::4","t":0.1,"v":0}]
            """,
            """
            2001:db8::3 / 0.5 @1320078429
            2001:db8::4 / 0.5 @1320078429
            2001:db8::3 / 0 @1320078429.1
            2001:db8::4 / 0 @1320078429.1
            """
        },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Json_examples_resolve(string section, string payload, string expected)
    {
        var pack = new SenmlPack();
        SenmlJson.Read(Encoding.UTF8.GetBytes(payload), pack).Reason.Should().Be(RefusalReason.None, section);
        Text(pack).Should().Be(expected.ReplaceLineEndings("\n"), section);
    }

    [Fact]
    public void Cbor_example_of_section_6_resolves_to_the_same_as_its_json()
    {
        var pack = new SenmlPack();
        SenmlCbor.Read(Convert.FromHexString(VoltagesCbor), pack).Reason.Should().Be(RefusalReason.None);
        Text(pack).Should().Be(VoltagesResolved.ReplaceLineEndings("\n"));
    }

    private static string Text(SenmlPack pack)
    {
        var lines = new List<string>();
        foreach (ref readonly var record in pack.Records)
        {
            var value = record.ValueKind switch
            {
                SenmlValueKind.Number => record.Value.ToString("R", CultureInfo.InvariantCulture),
                SenmlValueKind.Boolean => record.Value != 0 ? "true" : "false",
                var other => other.ToString(),
            };
            var unit = record.Unit == Units.None ? "" : Units.Get(record.Unit).Symbol + " ";
            var time = Math.Round(record.TimeSeconds, 6).ToString("R", CultureInfo.InvariantCulture);
            var device = record.Device < 0 ? "" : Text(pack, pack.Devices[record.Device]) + "/";
            lines.Add($"{device}{Text(pack, record.Quantity)} {unit}{value} @{time}");
        }

        return string.Join('\n', lines);
    }

    private static string Text(SenmlPack pack, SenmlName name) => Encoding.UTF8.GetString(pack.Texts.Slice(name.Start, name.Length));
}
