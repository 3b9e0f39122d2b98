using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PingAnIoT.Rules;

/// <summary>A rule with what it is about by name: the catalog's order may change between a snapshot and its reading.</summary>
internal sealed record SavedRule(string Kind, string Quantity, Rule Rule);

[JsonSourceGenerationOptions(
    UseStringEnumConverter = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<SavedRule>))]
internal sealed partial class SavedRulesJson : JsonSerializerContext;

/// <summary>The rules of a snapshot as one JSON text, so that what a rule can say may grow without the snapshot knowing.</summary>
internal static class SavedRules
{
    /// <summary>Titles stay as they are written: rules in Chinese would else take twice the room.</summary>
    private static readonly SavedRulesJson Plain =
        new(new JsonSerializerOptions(SavedRulesJson.Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string Write(IReadOnlyList<Rule> rules, Catalog catalog)
    {
        IReadOnlyList<SavedRule> saved =
            [.. rules.Select(r => new SavedRule(catalog.Kinds[r.Kind].Name, catalog.Kinds[r.Kind].Quantities[r.Quantity].Name, r))];
        return JsonSerializer.Serialize(saved, Plain.IReadOnlyListSavedRule);
    }

    /// <exception cref="InvalidDataException">It is not such a text, or a kind or quantity is not in the catalog.</exception>
    public static IReadOnlyList<Rule> Read(string text, Catalog catalog)
    {
        try
        {
            return [.. JsonSerializer.Deserialize(text, Plain.IReadOnlyListSavedRule)!.Select(saved => Find(saved, catalog))];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("Snapshot refused: its rules cannot be read.", e);
        }
    }

    private static Rule Find(SavedRule saved, Catalog catalog)
    {
        var kind = catalog.FindKind(saved.Kind);
        BlockReader.Require(kind >= 0, "a kind is not in the catalog");
        var quantity = catalog.Kinds[kind].FindQuantity(Encoding.UTF8.GetBytes(saved.Quantity));
        BlockReader.Require(quantity >= 0, "a quantity is not in the catalog");
        return saved.Rule with { Kind = kind, Quantity = quantity };
    }
}
