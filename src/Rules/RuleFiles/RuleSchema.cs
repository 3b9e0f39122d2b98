using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PingAnIoT.Rules;

/// <summary>
/// The JSON Schema (draft 4, which every editor knows) of a rule file, so that editors complete and underline as one types. It says of the language what a schema can say;
/// <see cref="RuleFile.Parse"/> says the rest.
/// </summary>
public static class RuleSchema
{
    private const string Draft = "http://json-schema.org/draft-04/schema#";
    private const string Duration = "^[0-9]+(ms|s|m|h|d)$";
    private const string Comparison = @"^(>=|<=|==|>|<) *(\$[a-z][a-z0-9-]{0,63} +or +)?([-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?|true|false)$";

    private const string Day = "mon|tue|wed|thu|fri|sat|sun";
    private const string Times = @"[0-2][0-9]:[0-5][0-9] *- *[0-2][0-9]:[0-5][0-9]";
    private const string Length = @"\s*[0-9]+(ms|s|m|h|d)\s*";
    private const string Codes = @"\s*[0-9]+\s*(-\s*[0-9]+\s*)?";

    private static readonly string[] SequenceKeys = [RuleReader.FirstKey, "then", "then not", RuleReader.WithinKey];

    /// <summary>What a rule over one quantity has none of.</summary>
    private static readonly string[] SeveralKeys = ["all", "any", .. SequenceKeys];

    private static readonly string When = string.Concat(
        @"^\s*(last|(", string.Join('|', WindowText.Names.Except(["last", "times", "votes", "quantile", "code"])), @")\s*\(", Length, @"\)",
        @"|(times|votes)\s*\(\s*[0-9]+\s*,", Length, @"\)|quantile\s*\(\s*(0|1|0?\.[0-9]+|[01]\.0*[0-9]*)\s*,", Length, @"\)",
        @"|absent\s*\(\s*\$[a-z][a-z0-9-]{0,63} +or +", Length, @"\)|code\s*\(", Codes, "(,", Codes, @")*\))\s*$");

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For the kinds of <see cref="Catalog.Default"/>.</summary>
    public static string Json { get; } = For(Catalog.Default);

    public static string For(Catalog catalog) => new JsonObject
    {
        ["$schema"] = Draft,
        ["title"] = "PingAnIoT rule file",
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = Strings("rules"),
        ["properties"] = new JsonObject
        {
            ["rules"] = new JsonObject { ["type"] = "array", ["maxItems"] = RuleFile.RulesLimit, ["items"] = Rule(catalog) },
        },
    }.ToJsonString(Indented);

    private static JsonObject Rule(Catalog catalog)
    {
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = Strings("id", "title", "kind", "basis"),
            ["properties"] = Properties(catalog),
            ["allOf"] = new JsonArray(
                new JsonObject
                {
                    ["oneOf"] = new JsonArray(
                        Compares(isVote: false), Compares(isVote: true), Truth("absent", "hold", "clear", "during", "latch"), Truth("stuck", "hold"), Truth("code"), Combines(), Follows()),
                },
                new JsonObject { ["oneOf"] = new JsonArray([.. catalog.Kinds.Select(QuantitiesOf)]) }),
        };
    }

    private static JsonObject Properties(Catalog catalog)
    {
        var properties = new JsonObject
        {
            ["id"] = Text("Name of the rule, unique over all files", "^[a-z][a-z0-9-]{0,63}$"),
            ["title"] = new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = false, ["required"] = Strings("zh", "en"),
                ["properties"] = new JsonObject { ["zh"] = Text("In Chinese", "\\S"), ["en"] = Text("In English", "\\S") },
            },
            ["kind"] = new JsonObject { ["enum"] = Strings([.. catalog.Kinds.Select(k => k.Name)]) },
            ["quantity"] = Text("What is measured; may be left out with absent: then any reading of the device is a sign of life", null),
            ["when"] = Text("The newest reading, or a function over a window", When),
            ["place"] = new JsonObject { ["enum"] = Strings(RuleReader.Places), ["description"] = "Over the devices of what votes counts" },
            ["all"] = Parts("Every part must say so"),
            ["any"] = Parts("At least one part must say so"),
            [RuleReader.FirstKey] = Condition("What becomes true first"),
            ["then"] = Condition("What is true after that, in the time of within"),
            ["then not"] = Condition("What is not seen to be true after that, in the time of within"),
            [RuleReader.WithinKey] = Text("How long the second of a sequence is waited for", Duration),
            ["hold"] = Text("How long it must stay so before it is said", Duration),
            ["clear"] = new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = false,
                ["properties"] = new JsonObject
                {
                    ["deadband"] = Deadband(),
                    ["hold"] = Text("How long it must stay back", Duration),
                },
            },
            ["latch"] = new JsonObject { ["type"] = "boolean", ["description"] = "Once raised it only gets worse, until it is reset by hand" },
            ["during"] = new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = false, ["required"] = Strings("zone"), ["minProperties"] = 2,
                ["properties"] = new JsonObject { ["zone"] = Text("An IANA name such as Asia/Shanghai, or UTC+8", "^(UTC([+-][0-9]{1,2}(:[0-5][0-9])?)?|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})$") },
                ["patternProperties"] = new JsonObject
                {
                    [$"^(daily|({Day})(-({Day}))?)$"] = Text("Times of day, such as 08:00-18:00, several parted by ','", $@"^\s*{Times}(\s*,\s*{Times})*\s*$"),
                },
            },
            ["basis"] = Text("Where the numbers come from: a clause of a standard, or 'site'", "\\S"),
        };
        foreach (var (key, _) in BandReader.Severities)
        {
            properties[key] = BandOrTrue();
        }

        return properties;
    }

    /// <summary>A rule that compares: a quantity, and colours or fault, each with a number.</summary>
    private static JsonObject Compares(bool isVote)
    {
        var when = isVote ? new JsonObject { ["pattern"] = "votes" } : new JsonObject { ["not"] = new JsonObject { ["pattern"] = "absent|stuck|code|votes" } };
        var bands = new JsonObject { ["when"] = when };
        foreach (var (key, _) in BandReader.Severities)
        {
            bands[key] = new JsonObject { ["type"] = "string" };
        }

        return new JsonObject
        {
            ["required"] = isVote ? Strings("quantity", "when", "place") : Strings("quantity", "when"),
            ["properties"] = bands,
            ["anyOf"] = RequireOneOf("red", "yellow", "green", "fault"),
            ["not"] = new JsonObject
            {
                ["anyOf"] = new JsonArray([FaultBesideColours(), .. RequireOneOf(isVote ? SeveralKeys : [.. SeveralKeys, "place"]).Select(n => n!.DeepClone())]),
            },
        };
    }

    private static JsonObject FaultBesideColours() => new() { ["required"] = Strings("fault"), ["anyOf"] = RequireOneOf("red", "yellow", "green") };

    /// <summary>A rule over several quantities: what one compares stands in its parts.</summary>
    private static JsonObject Combines() => new()
    {
        ["oneOf"] = RequireOneOf("all", "any"),
        ["not"] = new JsonObject { ["anyOf"] = RequireOneOf(["quantity", "when", "place", "red", "yellow", "green", "fault", .. SequenceKeys]) },
        ["properties"] = new JsonObject { ["clear"] = NoDeadband() },
    };

    /// <summary>A sequence: two parts, a time and a colour.</summary>
    private static JsonObject Follows()
    {
        var properties = new JsonObject { ["clear"] = NoDeadband() };
        foreach (var (key, _) in BandReader.Severities)
        {
            properties[key] = Only(true);
        }

        return new JsonObject
        {
            ["required"] = Strings(RuleReader.FirstKey, RuleReader.WithinKey),
            ["properties"] = properties,
            ["allOf"] = new JsonArray(
                new JsonObject { ["oneOf"] = RequireOneOf("then", "then not") },
                new JsonObject { ["oneOf"] = RequireOneOf("red", "yellow", "green", "fault") }),
            ["not"] = new JsonObject
            {
                ["anyOf"] = new JsonArray([.. RequireOneOf("quantity", "when", "place", "all", "any").Select(n => n!.DeepClone()), new JsonObject { ["required"] = Strings("then not", "hold") }]),
            },
        };
    }

    private static JsonObject NoDeadband() => new() { ["not"] = new JsonObject { ["required"] = Strings("deadband") } };

    /// <summary>A part of a sequence.</summary>
    private static JsonObject Condition(string description) => new()
    {
        ["type"] = "object", ["additionalProperties"] = false, ["required"] = Strings("quantity", "when", "is"), ["description"] = description,
        ["properties"] = new JsonObject { ["quantity"] = Text("What is measured", null), ["when"] = WhenOfPart(), ["is"] = BandOrTrue(), ["deadband"] = Deadband() },
    };

    private static JsonObject WhenOfPart() => new() { ["type"] = "string", ["pattern"] = When, ["not"] = new JsonObject { ["pattern"] = "absent|stuck|votes" } };

    private static JsonObject Parts(string description)
    {
        var bands = new JsonObject
        {
            ["quantity"] = Text("What is measured", null),
            ["when"] = WhenOfPart(),
            ["deadband"] = Deadband(),
        };
        foreach (var (key, _) in BandReader.Severities)
        {
            bands[key] = BandOrTrue();
        }

        return new JsonObject
        {
            ["type"] = "array", ["minItems"] = RuleReader.PartsMin, ["maxItems"] = RuleReader.PartsMax, ["description"] = description,
            ["items"] = new JsonObject
            {
                ["type"] = "object", ["additionalProperties"] = false, ["required"] = Strings("quantity", "when"), ["properties"] = bands,
                ["anyOf"] = RequireOneOf("red", "yellow", "green", "fault"), ["not"] = FaultBesideColours(),
            },
        };
    }

    private static JsonObject BandOrTrue() => new()
    {
        ["anyOf"] = new JsonArray(Text("A comparison, such as \"> 480\" or \"> $name or 480\"", Comparison), Only(true)),
    };

    private static JsonObject Deadband() => new()
    {
        ["type"] = "number", ["minimum"] = 0, ["description"] = "How far back inside the threshold, in the unit of the quantity",
    };

    /// <summary>A rule without a number to compare: one band that is true, and some keys mean nothing.</summary>
    private static JsonObject Truth(string function, params string[] meaningless)
    {
        var bands = new JsonObject { ["when"] = new JsonObject { ["pattern"] = function } };
        foreach (var (key, _) in BandReader.Severities)
        {
            bands[key] = Only(true);
        }

        bands["clear"] = NoDeadband();
        var rule = new JsonObject { ["properties"] = bands, ["oneOf"] = RequireOneOf("red", "yellow", "green", "fault") };
        rule["not"] = new JsonObject { ["anyOf"] = RequireOneOf([.. meaningless, .. SeveralKeys]) };

        rule["required"] = function == "absent" ? Strings("when") : Strings("when", "quantity");
        return rule;
    }

    private static JsonNode QuantitiesOf(Kind kind)
    {
        JsonObject Quantities() => new() { ["enum"] = Strings([.. kind.Quantities.Select(q => q.Name)]) };
        JsonObject Condition() => new() { ["properties"] = new JsonObject { ["quantity"] = Quantities() } };
        JsonObject Inside() => new() { ["items"] = Condition() };
        return new JsonObject
        {
            ["properties"] = new JsonObject { ["kind"] = Only(kind.Name), ["quantity"] = Quantities(), ["all"] = Inside(), ["any"] = Inside(), [RuleReader.FirstKey] = Condition(), ["then"] = Condition(), ["then not"] = Condition() },
        };
    }

    private static JsonObject Only(JsonNode value) => new() { ["enum"] = new JsonArray(value) };

    private static JsonArray RequireOneOf(params string[] keys) => [.. keys.Select(key => (JsonNode)new JsonObject { ["required"] = Strings(key) })];

    private static JsonArray Strings(params string[] values) => [.. values.Select(v => (JsonNode)v)];

    private static JsonObject Text(string description, string? pattern)
    {
        var text = new JsonObject { ["type"] = "string", ["description"] = description };
        if (pattern is not null)
        {
            text["pattern"] = pattern;
        }

        return text;
    }
}
