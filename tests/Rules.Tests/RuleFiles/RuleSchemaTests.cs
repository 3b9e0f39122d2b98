using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using YamlDotNet.RepresentationModel;
using Node = YamlDotNet.RepresentationModel.YamlNode;

namespace PingAnIoT.Rules.Tests;

/// <summary>The schema must take what the parser takes, and refuse what a schema can see.</summary>
public class RuleSchemaTests
{
    private static async Task<IReadOnlyList<string>> Validate(string yaml)
    {
        var schema = await JsonSchema.FromJsonAsync(RuleSchema.Json);
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return [.. schema.Validate(ToJson(stream.Documents[0].RootNode)!.ToJsonString()).Select(e => e.ToString())];
    }

    /// <summary>As an editor's language server reads YAML: plain true, false and numbers are what they look like.</summary>
    private static JsonNode? ToJson(Node node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "true" } => true,
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "false" } => false,
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } number when double.TryParse(number.Value, out var value) => value,
        YamlScalarNode text => text.Value,
        _ => throw new InvalidOperationException(),
    };

    [Fact]
    public async Task Takes_the_default_pack() => (await Validate(DefaultRules.Text)).Should().BeEmpty();

    [Fact]
    public void Is_json() => JsonDocument.Parse(RuleSchema.Json).RootElement.GetProperty("properties").TryGetProperty("rules", out _).Should().BeTrue();

    [Theory]
    [InlineData("hold: 10s")]
    [InlineData("red: \"== true\" ;; quantity: valve ;; when: last")]
    [InlineData("red: \"<= $low-limit or -1.5e3\" ;; quantity: flow")]
    [InlineData("-quantity ;; -red ;; when: absent(10m) ;; fault: true")]
    [InlineData("-quantity ;; -red ;; when: absent($silent-after or 10m) ;; fault: true")]
    [InlineData("-red ;; fault: \"> 9000\"")]
    [InlineData("when: stddev(60s)")]
    [InlineData("when: ewma( 60s )")]
    [InlineData("when: quantile(0.95, 10m)")]
    [InlineData("when: quantile( 1 , 10m )")]
    [InlineData("when: times(3, 10m) ;; clear: { deadband: 10, hold: 60s }")]
    [InlineData("when: stuck(10m) ;; -red ;; fault: true ;; clear: { hold: 5s }")]
    [InlineData("kind: elevator ;; quantity: fault-code ;; when: code(1-8, 40, 90) ;; red: true ;; hold: 5s ;; clear: { hold: 5s }")]
    [InlineData("during: { zone: Asia/Shanghai, mon-fri: \"08:00-18:00\", sat: \"09:00-12:00, 13:00-17:00\" }")]
    [InlineData("latch: true ;; hold: 5s")]
    [InlineData("during: { zone: UTC+8, daily: 22:00-06:00 }")]
    [InlineData("during: { zone: America/Argentina/Ushuaia, fri-mon: 00:00-24:00 }")]
    [InlineData("-quantity ;; -when ;; -red ;; all: [{ quantity: pressure, when: last, red: \"> 480\", deadband: 2 }, { quantity: methane, when: mean(5s), red: \"> 50\" }] ;; hold: 5s")]
    [InlineData("-quantity ;; -when ;; -red ;; any: [{ quantity: valve, when: last, fault: \"== true\" }, { quantity: methane, when: last, fault: \"> 50\" }] ;; clear: { hold: 5s }")]
    [InlineData("kind: elevator ;; -quantity ;; -when ;; -red ;; any: [{ quantity: fault-code, when: code(1-8), red: true }, { quantity: speed, when: \"times(3, 5s)\", red: \"> 3\" }]")]
    [InlineData("when: votes(2, 60s) ;; place: grid ;; clear: { deadband: 10, hold: 60s }")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, is: \"> $high or 480\", deadband: 2 } ;; then: { quantity: methane, when: mean(5s), is: \"> 50\" } ;; within: 10s ;; hold: 5s ;; clear: { hold: 5s } ;; during: { zone: UTC, mon: \"08:00-18:00\" }")]
    [InlineData("-quantity ;; -when ;; -red ;; fault: true ;; first: { quantity: valve, when: last, is: \"== true\" } ;; then not: { quantity: flow, when: last, is: \"> 0\" } ;; within: 10s ;; latch: true")]
    [InlineData("kind: elevator ;; -quantity ;; -when ;; -red ;; yellow: true ;; first: { quantity: fault-code, when: code(4), is: true } ;; then: { quantity: fault-code, when: code(5), is: true } ;; within: 1m")]
    public async Task Takes_what_the_parser_takes(string change)
    {
        var text = ErrorTable.Apply(change);
        RuleFile.Parse(text, "f", Catalog.Default).Errors.Should().BeEmpty();
        (await Validate(text)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("yelow: \"> 450\"")]
    [InlineData("-id")]
    [InlineData("-title")]
    [InlineData("-kind")]
    [InlineData("-quantity")]
    [InlineData("-when")]
    [InlineData("-red")]
    [InlineData("-basis")]
    [InlineData("id: Gas Pipe")]
    [InlineData("kind: volcano")]
    [InlineData("quantity: colour")]
    [InlineData("kind: elevator")]
    [InlineData("when: median(60s)")]
    [InlineData("when: mean")]
    [InlineData("when: last(60s)")]
    [InlineData("red: 480")]
    [InlineData("red: \"> $alarm\"")]
    [InlineData("red: \"> 480 kPa\"")]
    [InlineData("fault: \"> 450\"")]
    [InlineData("hold: soon")]
    [InlineData("hold: -10s")]
    [InlineData("clear: { deadband: -1 }")]
    [InlineData("clear: { dedband: 1 }")]
    [InlineData("title: { zh: 甲 }")]
    [InlineData("red: true")]
    [InlineData("when: absent(10m)")]
    [InlineData("-red ;; when: absent($silent-after) ;; fault: true")]
    [InlineData("-red ;; when: stuck($silent-after or 10m) ;; fault: true")]
    [InlineData("when: absent(10m) ;; -red ;; fault: true ;; hold: 5s")]
    [InlineData("when: absent(10m) ;; red: true ;; fault: true")]
    [InlineData("when: times(60s)")]
    [InlineData("when: times(2.5, 60s)")]
    [InlineData("when: quantile(60s)")]
    [InlineData("when: quantile(-1, 60s)")]
    [InlineData("when: stuck(10m)")]
    [InlineData("when: stuck(10m) ;; -red ;; fault: true ;; hold: 5s")]
    [InlineData("when: stuck(10m) ;; -red ;; fault: true ;; clear: { deadband: 5 }")]
    [InlineData("when: stuck(10m) ;; -red ;; fault: true ;; -quantity")]
    [InlineData("kind: elevator ;; quantity: fault-code ;; when: code(1-8) ;; red: \"> 3\"")]
    [InlineData("kind: elevator ;; quantity: fault-code ;; when: code(one) ;; red: true")]
    [InlineData("kind: elevator ;; quantity: fault-code ;; when: code(1) ;; red: true ;; yellow: true")]
    [InlineData("latch: maybe")]
    [InlineData("when: absent(10m) ;; -red ;; fault: true ;; latch: true")]
    [InlineData("during: { mon-fri: \"08:00-18:00\" }")]
    [InlineData("during: { zone: Asia/Shanghai }")]
    [InlineData("during: { zone: 8, daily: \"08:00-18:00\" }")]
    [InlineData("during: { zone: UTC, monday: \"08:00-18:00\" }")]
    [InlineData("during: { zone: UTC, mon: \"8-18\" }")]
    [InlineData("when: absent(10m) ;; -red ;; fault: true ;; during: { zone: UTC, daily: \"08:00-18:00\" }")]
    [InlineData("all: [{ quantity: pressure, when: last, red: \"> 480\" }, { quantity: methane, when: last, red: \"> 50\" }]")]
    [InlineData("-quantity ;; -when ;; -red ;; all: [{ quantity: pressure, when: last, red: \"> 480\" }]")]
    [InlineData("-quantity ;; -when ;; -red ;; any: [{ quantity: pressure, when: last, red: \"> 480\" }, { quantity: colour, when: last, red: \"> 50\" }]")]
    [InlineData("-quantity ;; -when ;; -red ;; any: [{ quantity: pressure, when: last, red: \"> 480\" }, { quantity: methane, when: absent(5s), red: true }]")]
    [InlineData("-quantity ;; -when ;; -red ;; any: [{ quantity: pressure, when: last, red: \"> 480\" }, { quantity: methane, when: last, red: \"> 50\" }] ;; clear: { deadband: 5 }")]
    [InlineData("when: votes(2, 60s)")]
    [InlineData("when: votes(60s) ;; place: grid")]
    [InlineData("when: votes(2, 60s) ;; place: house")]
    [InlineData("place: grid")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" }")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; within: 10s")]
    [InlineData("-quantity ;; -when ;; red: true ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("-quantity ;; -when ;; -red ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("-quantity ;; -when ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s ;; yellow: true")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; then not: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then not: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s ;; hold: 5s")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: soon")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s ;; clear: { deadband: 5 }")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: colour, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: absent(5s), is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, red: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("-quantity ;; -when ;; red: true ;; first: { quantity: pressure, when: last, hold: 5s, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("red: true ;; first: { quantity: pressure, when: last, is: \"> 480\" } ;; then: { quantity: methane, when: last, is: \"> 50\" } ;; within: 10s")]
    [InlineData("within: 10s")]
    [InlineData("first: { quantity: pressure, when: last, is: \"> 480\" }")]
    [InlineData("when: absent(10m) ;; -red ;; fault: true ;; within: 5s")]
    public async Task Refuses_what_a_schema_can_see(string change)
    {
        var text = ErrorTable.Apply(change);
        RuleFile.Parse(text, "f", Catalog.Default).Errors.Should().NotBeEmpty();
        (await Validate(text)).Should().NotBeEmpty();
    }
}
