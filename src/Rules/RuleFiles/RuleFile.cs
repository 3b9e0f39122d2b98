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
    /// <param name="shards">On how many shards they are to run.</param>
    public static RuleFileResult Parse(string text, string fileName, Catalog catalog, int shards = 1) => ParseMany([(fileName, text)], catalog, shards);

    /// <summary>Reads files that are in force together: one set, or the errors of all of them. Ids are unique over all.</summary>
    /// <param name="files">In the order in which their rules are to stand.</param>
    /// <param name="catalog">The kinds and quantities that rules may name.</param>
    /// <param name="shards">On how many shards they are to run.</param>
    /// <returns>A set whose <see cref="RuleSet.Source"/> is the files joined: <see cref="Parse"/> reads the same rules from it.</returns>
    public static RuleFileResult ParseMany(IReadOnlyList<(string Name, string Text)> files, Catalog catalog, int shards = 1)
    {
        var source = Join(files);
        var found = new List<RuleFileError>();
        var rules = new List<Rule>();
        var ids = new RuleIds();
        foreach (var (name, text) in files)
        {
            var errors = new RuleErrors(name);
            if (source.Length > SizeLimitBytes || Encoding.UTF8.GetByteCount(source) > SizeLimitBytes)
            {
                var together = files.Count > 1 ? " in all files together" : "";
                return new RuleFileResult(null, [new RuleFileError(name, 1, 1, $"more than {SizeLimitBytes} bytes{together}; expected a smaller file")]);
            }

            ReadRules(text, new RuleReader(catalog, errors, ids, shards), errors, rules);
            found.AddRange(errors.InOrder());
        }

        return found.Count > 0 ? new RuleFileResult(null, found) : new RuleFileResult(new RuleSet(rules) { Source = source }, []);
    }

    private static string Join(IReadOnlyList<(string Name, string Text)> files) => files.Count == 1
        ? files[0].Text
        : string.Concat(files.Select(f => $"--- # {ErrorText.OneLine(f.Name)}\n{f.Text}\n"));

    private static void ReadRules(string text, RuleReader reader, RuleErrors errors, List<Rule> rules)
    {
        var documents = YamlTreeReader.Read(text, errors, node =>
        {
            if (rules.Count >= RulesLimit)
            {
                errors.AddLast(node, $"more than {RulesLimit} rules; expected fewer");
            }
            else if (reader.Read(node) is { } rule)
            {
                rules.Add(rule);
            }
        });
        if (documents is { Count: 0 })
        {
            errors.Add(1, 1, "an empty file; expected 'rules:' (an empty list is written 'rules: []')");
        }

        foreach (var document in documents ?? [])
        {
            CheckDocument(document, errors);
        }
    }

    private static void CheckDocument(YamlNode document, RuleErrors errors)
    {
        if (document is not YamlMapping mapping)
        {
            errors.Add(document, $"found {document.Describe()}; expected 'rules:' and a list of rules");
            return;
        }

        var fields = new RuleFields(mapping, "a rule file", [YamlTreeReader.RulesKey], errors);
        if (fields.Required(YamlTreeReader.RulesKey, "a list of rules") is { } rules and not YamlSequence)
        {
            errors.Add(rules, $"'rules' is {rules.Describe()}; expected a list of rules, each beginning with '- id:'");
        }
    }
}
