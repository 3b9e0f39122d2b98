namespace PingAnIoT.Rules;

/// <summary>The keys of one mapping: unknown and repeated ones are errors as soon as it is opened.</summary>
internal sealed class RuleFields
{
    private readonly YamlMapping mapping;
    private readonly string owner;
    private readonly RuleErrors errors;
    private readonly Dictionary<string, YamlEntry> entries = new(StringComparer.Ordinal);

    /// <param name="mapping">What was written.</param>
    /// <param name="owner">What it is, with its article: <c>a rule</c>.</param>
    /// <param name="known">Every key it may have.</param>
    /// <param name="errors">Where faults go.</param>
    public RuleFields(YamlMapping mapping, string owner, IReadOnlyList<string> known, RuleErrors errors)
    {
        this.mapping = mapping;
        this.owner = owner;
        this.errors = errors;
        foreach (var entry in mapping.Entries)
        {
            if (!known.Contains(entry.Key.Text, StringComparer.Ordinal))
            {
                errors.Add(entry.Key, $"unknown key {ErrorText.Quote(entry.Key.Text)} in {owner}; {ErrorText.Expected(entry.Key.Text, known)}");
            }
            else if (entries.TryGetValue(entry.Key.Text, out var first))
            {
                errors.Add(entry.Key, $"key '{entry.Key.Text}' again in {owner}; expected it once (first on line {first.Key.Line})");
            }
            else
            {
                entries.Add(entry.Key.Text, entry);
            }
        }
    }

    /// <summary>The entries with a known key, in the order of the file: for a mapping whose keys are names.</summary>
    public IEnumerable<YamlEntry> Known => entries.Values;

    /// <summary>What the mapping is, with its article.</summary>
    public string Owner => owner;

    public YamlNode? Optional(string key) => entries.TryGetValue(key, out var entry) ? entry.Value : null;

    public YamlScalar? Key(string key) => entries.TryGetValue(key, out var entry) ? entry.Key : null;

    public YamlNode? Required(string key, string expected)
    {
        if (Optional(key) is { } value)
        {
            return value;
        }

        errors.Add(mapping, $"no '{key}' in {owner}; expected {expected}");
        return null;
    }

    /// <summary>A scalar that says something, or null with the error said.</summary>
    public YamlScalar? RequiredText(string key, string expected) =>
        Required(key, expected) is { } value ? AsText(key, value, expected) : null;

    public YamlScalar? OptionalText(string key, string expected) =>
        Optional(key) is { } value ? AsText(key, value, expected) : null;

    private YamlScalar? AsText(string key, YamlNode value, string expected)
    {
        if (value is YamlScalar { Text.Length: > 0 } scalar)
        {
            return scalar;
        }

        errors.Add(value, $"'{key}' is {value.Describe()}; expected {expected}");
        return null;
    }
}
