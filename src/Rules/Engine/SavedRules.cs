using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PingAnIoT.Rules;

/// <summary>A rule with what it is about by name: the catalog's order may change between a snapshot and its reading.</summary>
/// <param name="Kind">Of the rule.</param>
/// <param name="Quantity">Of the rule.</param>
/// <param name="PartQuantities">Of each of its parts.</param>
/// <param name="Rule">Whose numbers for these are not to be believed.</param>
internal sealed record SavedRule(string Kind, string Quantity, IReadOnlyList<string> PartQuantities, Rule Rule);

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
            [.. rules.Select(r => new SavedRule(catalog.Kinds[r.Kind].Name, QuantityOf(r, catalog), [.. r.Parts.Select(p => QuantityOf(p, catalog))], r))];
        return JsonSerializer.Serialize(saved, Plain.IReadOnlyListSavedRule);
    }

    private static string QuantityOf(Rule rule, Catalog catalog) => catalog.Kinds[rule.Kind].Quantities[rule.Quantity].Name;

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
        BlockReader.Require(saved.PartQuantities.Count == saved.Rule.Parts.Count, "a rule has not as many parts as it says");
        var parts = saved.Rule.Parts.Zip(saved.PartQuantities, (part, quantity) => part with { Kind = kind, Quantity = Find(quantity) });
        return saved.Rule with { Kind = kind, Quantity = Find(saved.Quantity), Parts = [.. parts] };

        int Find(string name)
        {
            var quantity = catalog.Kinds[kind].FindQuantity(Encoding.UTF8.GetBytes(name));
            BlockReader.Require(quantity >= 0, "a quantity is not in the catalog");
            return quantity;
        }
    }
}
