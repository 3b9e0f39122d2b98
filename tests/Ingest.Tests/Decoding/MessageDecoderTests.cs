using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

public sealed class MessageDecoderTests
{
    private const string P1 = "pingan/v1/gw1/gas-pipe/p1";
    private const string Pack = "pingan/v1/gw1";

    [Theory]
    [InlineData("""{"t": 1760000000.0, "pressure": 412.5, "valve": true}""", "gas-pipe/p1/pressure=412.5@0 gas-pipe/p1/valve=1@0")]
    [InlineData("""{"pressure":412.5,"t":1759999990.25}""", "gas-pipe/p1/pressure=412.5@-9.75")]
    [InlineData("""{"pressure":412.5}""", "gas-pipe/p1/pressure=412.5@0")]
    [InlineData("""{"pressure":1e3,"methane":0,"flow":-2.5E1}""", "gas-pipe/p1/pressure=1000@0 gas-pipe/p1/methane=0@0 gas-pipe/p1/flow=-25@0")]
    [InlineData("""{"pr\u0065ssure":1}""", "gas-pipe/p1/pressure=1@0")]
    [InlineData(" \r\n\t{\"pressure\":1} ", "gas-pipe/p1/pressure=1@0")]
    [InlineData("""{"t":1760000300,"pressure":1}""", "gas-pipe/p1/pressure=1@300")]
    [InlineData("""{"t":1760000300.1,"pressure":1}""", "gas-pipe/p1/pressure=1@0!")]
    [InlineData("""{"t":4e18,"pressure":1}""", "gas-pipe/p1/pressure=1@0!")]
    [InlineData("""{"pressure":1,"colour":"red","note":{"a":[1]}}""", "gas-pipe/p1/pressure=1@0 QuantityUnknown QuantityUnknown")]
    [InlineData("""{"pressure":10001,"methane":5}""", "gas-pipe/p1/methane=5@0 ValueOutOfRange")]
    [InlineData("""{"pressure":1e999,"methane":5}""", "gas-pipe/p1/methane=5@0 ValueNotFinite")]
    [InlineData("""{"pressure":null,"methane":5}""", "gas-pipe/p1/methane=5@0 ValueTypeWrong")]
    [InlineData("""{"valve":1,"methane":5}""", "gas-pipe/p1/methane=5@0 ValueTypeWrong")]
    [InlineData("""{"pressure":true,"methane":5}""", "gas-pipe/p1/methane=5@0 ValueTypeWrong")]
    [InlineData("""{"pressure":[1,2],"methane":5}""", "gas-pipe/p1/methane=5@0 ValueTypeWrong")]
    public void Plain_object(string payload, string expected)
    {
        var decoded = new Decoded();
        decoded.Decode(P1, payload).Should().Be(RefusalReason.None);
        decoded.Text().Should().Be(expected);
    }

    [Theory]
    [InlineData("""[{"n":"pressure","v":412.5}]""", "gas-pipe/p1/pressure=412.5@0")]
    [InlineData("""[{"n":"pressure","u":"kPa","v":412.5,"t":-5}]""", "gas-pipe/p1/pressure=412.5@-5")]
    [InlineData("""[{"n":"pressure","u":"Pa","v":412500}]""", "gas-pipe/p1/pressure=412.5@0")]
    [InlineData("""[{"n":"pressure","u":"hPa","v":4125}]""", "gas-pipe/p1/pressure=412.5@0")]
    [InlineData("""[{"n":"temperature","u":"K","v":300}]""", "gas-pipe/p1/temperature=26.850000000000023@0")]
    [InlineData("""[{"n":"flow","u":"m3\/s","v":2}]""", "gas-pipe/p1/flow=7200@0")]
    [InlineData("""[{"bn":"gas-pipe/p1/","bt":1759999000,"n":"pressure","v":1},{"n":"methane","v":2,"t":10}]""", "gas-pipe/p1/pressure=1@-1000 gas-pipe/p1/methane=2@-990")]
    [InlineData("""[{"n":"valve","vb":true}]""", "gas-pipe/p1/valve=1@0")]
    [InlineData("""[{"bu":"kPa","n":"pressure","v":1},{"n":"valve","vb":false}]""", "gas-pipe/p1/pressure=1@0 gas-pipe/p1/valve=0@0")]
    [InlineData("""[{"bv":400,"n":"pressure","v":12.5}]""", "gas-pipe/p1/pressure=412.5@0")]
    [InlineData("""[{"n":"pressure","v":1,"s":77}]""", "gas-pipe/p1/pressure=1@0")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"pressure","s":77}]""", "gas-pipe/p1/pressure=1@0 ValueTypeWrong")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"pressure","vs":"1"}]""", "gas-pipe/p1/pressure=1@0 ValueTypeWrong")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"pressure","vd":"aGkgCg"}]""", "gas-pipe/p1/pressure=1@0 ValueTypeWrong")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"pressure","v":"1"}]""", "gas-pipe/p1/pressure=1@0 ValueTypeWrong")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"pressure","u":"Cel","v":1}]""", "gas-pipe/p1/pressure=1@0 UnitMismatch")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"pressure","u":"bar","v":1}]""", "gas-pipe/p1/pressure=1@0 UnitMismatch")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"valve","u":"/","vb":true}]""", "gas-pipe/p1/pressure=1@0 UnitMismatch")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"colour","v":1}]""", "gas-pipe/p1/pressure=1@0 QuantityUnknown")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"gas-pipe/p2/pressure","v":1}]""", "gas-pipe/p1/pressure=1@0 DeviceForeign")]
    [InlineData("""[{"n":"pressure","v":1},{"n":"pressure","v":1,"t":900000000}]""", "gas-pipe/p1/pressure=1@0 TimeInvalid")]
    [InlineData("""[{"n":"pressure","v":1,"t":301}]""", "gas-pipe/p1/pressure=1@0!")]
    [InlineData("""[{"n":"pressure","v":1,"t":268435455}]""", "gas-pipe/p1/pressure=1@0!")]
    [InlineData("""[{"n":"pressure","v":1,"extra":{"deep":[1]}}]""", "gas-pipe/p1/pressure=1@0")]
    [InlineData("""[{"n":"pressure","v":1,"bver":26}]""", "gas-pipe/p1/pressure=1@0")]
    public void Senml_of_one_device(string payload, string expected)
    {
        var decoded = new Decoded();
        decoded.Decode(P1, payload).Should().Be(RefusalReason.None);
        decoded.Text().Should().Be(expected);
    }

    [Theory]
    [InlineData("""[{"bn":"gas-pipe/p1/","n":"pressure","v":1},{"n":"methane","v":2},{"bn":"smoke-detector/s1/","n":"smoke","v":3}]""",
        "gas-pipe/p1/pressure=1@0 gas-pipe/p1/methane=2@0 smoke-detector/s1/smoke=3@0")]
    [InlineData("""[{"n":"gas-pipe/p1/pressure","v":1},{"n":"gas-pipe/theirs/pressure","v":1},{"n":"gas-pipe/theirs/pressure","v":1}]""",
        "gas-pipe/p1/pressure=1@0 DeviceForeign DeviceForeign")]
    [InlineData("""[{"n":"gas-pipe/p1/pressure","v":1},{"n":"boiler/b/pressure","v":1},{"n":"pressure","v":1},{"n":"gateway/gw1/online","vb":true}]""",
        "gas-pipe/p1/pressure=1@0 KindUnknown KindUnknown KindUnknown")]
    [InlineData("""[{"n":"gas-pipe/p1/pressure","v":1},{"n":"gas-pipe/pressure","v":1},{"n":"gas-pipe/a/b/pressure","v":1}]""",
        "gas-pipe/p1/pressure=1@0 DeviceNameInvalid DeviceNameInvalid")]
    [InlineData("""[{"n":"gas-pipe/p1/pressure","v":1},{"n":"gas-pipe/new/pressure","v":-1},{"n":"gas-pipe/new/pressure","v":2}]""",
        "gas-pipe/p1/pressure=1@0 gas-pipe/new/pressure=2@0 ValueOutOfRange")]
    [InlineData("""[{"n":"gas-pipe/shared/pressure","v":1}]""", "gas-pipe/shared/pressure=1@0")]
    public void Pack_of_many_devices(string payload, string expected)
    {
        var decoded = new Decoded();
        decoded.Decode(Pack, payload).Should().Be(RefusalReason.None);
        decoded.Text().Should().Be(expected);
    }

    [Theory]
    [InlineData("online", "gateway/gw1/online=1@0")]
    [InlineData("offline", "gateway/gw1/online=0@0")]
    [InlineData("", "PayloadMalformed")]
    [InlineData("ONLINE", "PayloadMalformed")]
    [InlineData("online ", "PayloadMalformed")]
    [InlineData("\"online\"", "PayloadMalformed")]
    public void A_status_is_a_reading_of_the_gateways_own_series(string payload, string expected)
    {
        var decoded = new Decoded();
        decoded.Decode("pingan/v1/gw1/status", payload);
        decoded.Text().Should().Be(expected);
        decoded.Readings.Readings.ToArray().Should().OnlyContain(r => r.Flags == ReadingFlags.EveryShard);
    }

    [Theory]
    [InlineData("", RefusalReason.TopicUnknown)]
    [InlineData("pingan/v1", RefusalReason.TopicUnknown)]
    [InlineData("pingan/v1/", RefusalReason.TopicUnknown)]
    [InlineData("pingan/v2/gw1/gas-pipe/p1", RefusalReason.TopicUnknown)]
    [InlineData("Pingan/v1/gw1/gas-pipe/p1", RefusalReason.TopicUnknown)]
    [InlineData("pingan/v1/gw1/gas-pipe", RefusalReason.TopicUnknown)]
    [InlineData("pingan/v1/gw1/status", RefusalReason.PayloadMalformed)]
    [InlineData("pingan/v1/gw2/status", RefusalReason.GatewayForeign)]
    [InlineData("pingan/v1/gw1/Status", RefusalReason.TopicUnknown)]
    [InlineData("pingan/v1/gw1/gas-pipe/p1/pressure", RefusalReason.TopicUnknown)]
    [InlineData("/pingan/v1/gw1/gas-pipe/p1", RefusalReason.TopicUnknown)]
    [InlineData("$SYS/broker/load", RefusalReason.TopicUnknown)]
    [InlineData("pingan/v1/gw2/gas-pipe/p1", RefusalReason.GatewayForeign)]
    [InlineData("pingan/v1/gw10/gas-pipe/p1", RefusalReason.GatewayForeign)]
    [InlineData("pingan/v1/GW1/gas-pipe/p1", RefusalReason.GatewayForeign)]
    [InlineData("pingan/v1/gw2", RefusalReason.GatewayForeign)]
    [InlineData("pingan/v1/gw1/boiler/p1", RefusalReason.KindUnknown)]
    [InlineData("pingan/v1/gw1//p1", RefusalReason.KindUnknown)]
    [InlineData("pingan/v1/gw1/Gas-pipe/p1", RefusalReason.KindUnknown)]
    [InlineData("pingan/v1/gw1/gateway/gw1", RefusalReason.KindUnknown)]
    [InlineData("pingan/v1/gw1/gas-pipe/", RefusalReason.DeviceNameInvalid)]
    [InlineData("pingan/v1/gw1/gas-pipe/a b", RefusalReason.DeviceNameInvalid)]
    [InlineData("pingan/v1/gw1/gas-pipe/+", RefusalReason.DeviceNameInvalid)]
    [InlineData("pingan/v1/gw1/gas-pipe/é", RefusalReason.DeviceNameInvalid)]
    [InlineData("pingan/v1/gw1/gas-pipe/a\0b", RefusalReason.DeviceNameInvalid)]
    [InlineData("pingan/v1/gw1/gas-pipe/theirs", RefusalReason.DeviceForeign)]
    public void Topic_is_refused(string topic, RefusalReason expected)
    {
        var decoded = new Decoded();
        decoded.Decode(topic, """{"pressure":1}""").Should().Be(expected);
        decoded.Text().Should().Be(expected.ToString());
    }

    [Fact]
    public void A_device_enrols_itself_only_by_a_true_reading_and_only_while_there_is_room()
    {
        var decoded = new Decoded(unregisteredCapacity: 1);
        var before = decoded.Register.Count;
        decoded.Decode("pingan/v1/gw1/gas-pipe/new1", """{"pressure":-1}""").Should().Be(RefusalReason.ValueOutOfRange);
        decoded.Decode("pingan/v1/gw1/gas-pipe/new1", """{"pressure":1""").Should().Be(RefusalReason.PayloadMalformed);
        decoded.Register.Count.Should().Be(before);
        decoded.Decode("pingan/v1/gw1/gas-pipe/new1", """{"pressure":1}""").Should().Be(RefusalReason.None);
        decoded.Text().Should().Be("gas-pipe/new1/pressure=1@0");
        decoded.Decode("pingan/v1/gw1/gas-pipe/new2", """{"pressure":1}""").Should().Be(RefusalReason.DeviceUnknown);
        decoded.Decode(Pack, """[{"n":"gas-pipe/new2/pressure","v":1}]""").Should().Be(RefusalReason.DeviceUnknown);
        decoded.Decode(P1, """{"pressure":1}""").Should().Be(RefusalReason.None);
        decoded.Register.Count.Should().Be(before + 1);
    }

    [Fact]
    public void A_refused_message_leaves_what_was_there_before()
    {
        var decoded = new Decoded();
        var decoder = new MessageDecoder(decoded.Register);
        var readings = new ReadingBatch();
        var refusals = new List<Refusal>();
        var context = new MessageContext("gw1", Decoded.Now);
        decoder.Decode(context, "pingan/v1/gw1/gas-pipe/p1"u8, """{"pressure":1,"x":2}"""u8, PayloadFormat.Json, readings, refusals);
        decoder.Decode(context, "pingan/v1/gw1/gas-pipe/p1"u8, """{"pressure":1,"y":2,"pressure":2}"""u8, PayloadFormat.Json, readings, refusals)
            .Should().Be(RefusalReason.KeyDuplicate);
        readings.Count.Should().Be(1);
        refusals.Select(r => r.Reason).Should().Equal(RefusalReason.QuantityUnknown, RefusalReason.KeyDuplicate);
    }
}
