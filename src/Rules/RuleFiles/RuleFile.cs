using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// Reads the rule language (docs/rules.md). Pure: text in, rules or errors out.
/// A file may have several YAML documents, each a mapping with the one key <c>rules</c>; so files joined with <c>---</c> are a file again.
/// </summary>
public static class RuleFile
{
    /// <summary>Bytes as UTF-8.</summary>
    public const int SizeLimitBytes = 4 * 1024 * 1024;

    public const int RulesLimit = 10_000;

    /// <summary>Reads a whole file. All that is wrong with it is reported together (the first 100 things; after a fault of YAML itself just that one).</summary>
    /// <param name="text">As read from disk or journal.</param>
    /// <param name="fileName">Only for error messages.</param>
    /// <param name="catalog">The kinds and quantities that rules may name.</param>
    public static RuleFileResult Parse(string text, string fileName, Catalog catalog)
    {
        var errors = new RuleErrors(fileName);
        var rules = ReadRules(text, catalog, errors);
        return errors.Count > 0 || rules is null
            ? new RuleFileResult(null, errors.InOrder())
            : new RuleFileResult(new RuleSet(rules) { Source = text }, []);
    }

    private static List<Rule>? ReadRules(string text, Catalog catalog, RuleErrors errors)
    {
        if (text.Length > SizeLimitBytes || Encoding.UTF8.GetByteCount(text) > SizeLimitBytes)
        {
            errors.Add(1, 1, $"more than {SizeLimitBytes} bytes; expected a smaller file");
            return null;
        }

        if (YamlTreeReader.Read(text, errors) is not { } documents)
        {
            return null;
        }

        if (documents.Count == 0)
        {
            errors.Add(1, 1, "an empty file; expected 'rules:' (an empty list is written 'rules: []')");
            return null;
        }

        var reader = new RuleReader(catalog, errors);
        var rules = new List<Rule>();
        var idLines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in documents.SelectMany(document => RuleNodes(document, errors)))
        {
            if (rules.Count >= RulesLimit || errors.IsFull)
            {
                errors.Add(node, $"more than {RulesLimit} rules; expected a smaller file");
                break;
            }

            if (reader.Read(node, idLines) is { } rule)
            {
                rules.Add(rule);
            }
        }

        return rules;
    }

    private static IEnumerable<YamlNode> RuleNodes(YamlNode document, RuleErrors errors)
    {
        if (document is not YamlMapping mapping)
        {
            errors.Add(document, $"found {document.Describe()}; expected 'rules:' and a list of rules");
            return [];
        }

        var fields = new RuleFields(mapping, "a rule file", ["rules"], errors);
        if (fields.Required("rules", "a list of rules") is not { } rules)
        {
            return [];
        }

        if (rules is YamlSequence list)
        {
            return list.Items;
        }

        errors.Add(rules, $"'rules' is {rules.Describe()}; expected a list of rules, each beginning with '- id:'");
        return [];
    }
}
