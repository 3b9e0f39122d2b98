using System.Text.Json;
using System.Text.Json.Serialization;

namespace PingAnIoT.Simulators;

/// <summary>A scorecard as JSON: names in camel case, classes and natures by name, what is not known is null. docs/scorecard.md lists the fields.</summary>
public static class ScorecardJson
{
    public static string Write(Scorecard card) => JsonSerializer.Serialize(card, ScorecardJsonContext.Default.Scorecard);

    /// <returns>Null, with what is wrong, when it is no scorecard.</returns>
    public static Scorecard? Read(string json, out string? error)
    {
        try
        {
            var card = JsonSerializer.Deserialize(json, ScorecardJsonContext.Default.Scorecard);
            error = card switch
            {
                null => "not a scorecard: null",
                { Version: not 1 } => $"a scorecard of version {card.Version}; this program reads version 1",
                _ => null,
            };
            return error is null ? card : null;
        }
        catch (JsonException e)
        {
            error = $"not a scorecard: {e.Message}";
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Scorecard))]
internal sealed partial class ScorecardJsonContext : JsonSerializerContext;
