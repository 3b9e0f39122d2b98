using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PingAnIoT.Rules;

/// <summary>
/// Reads the rules of a YAML text one after the other, under hard bounds: no anchors, aliases, tags or directives, so that text can only grow into
/// as much as is written; no deeper than any rule needs; and never far without a rule that stands up. The first thing that breaks a bound ends it,
/// and so do too many errors: a bomb costs its first few pages, not its size.
/// </summary>
internal sealed class YamlTreeReader
{
    /// <summary>A rule file is a mapping of a list of mappings with mappings in them: 4.</summary>
    public const int DepthLimit = 8;

    /// <summary>From the end of one rule to the end of the next. A rule with all its keys has fewer than 50.</summary>
    public const int NodesPerRuleLimit = 1_000;

    /// <summary>From the end of one rule to the end of the next, comments and all.</summary>
    public const int CharactersPerRuleLimit = 64 * 1024;

    public const int ScalarLimitCharacters = 2_000;

    /// <summary>The key whose list is handed over item by item.</summary>
    public const string RulesKey = "rules";

    private readonly BoundedTextReader input;
    private readonly Parser parser;
    private readonly string text;
    private readonly RuleErrors errors;
    private readonly Action<YamlNode> onRule;
    private int nodes;

    private YamlTreeReader(string text, BoundedTextReader input, RuleErrors errors, Action<YamlNode> onRule)
    {
        this.text = text;
        this.errors = errors;
        this.onRule = onRule;
        this.input = input;
        parser = new Parser(input);
    }

    /// <param name="text">One or more YAML documents.</param>
    /// <param name="errors">Where faults go. When it is full, reading ends.</param>
    /// <param name="onRule">Takes each item of each document's list of rules.</param>
    /// <returns>The documents that say anything, their list of rules left empty; null when reading ended early (then <paramref name="errors"/> says why).</returns>
    public static IReadOnlyList<YamlNode>? Read(string text, RuleErrors errors, Action<YamlNode> onRule)
    {
        using var bounded = new BoundedTextReader(text, CharactersPerRuleLimit);
        var reader = new YamlTreeReader(text, bounded, errors, onRule);
        try
        {
            return reader.ReadDocuments();
        }
        catch (YamlException e)
        {
            reader.AddSyntaxError(e);
        }
        catch (BoundedTextReader.SpentException)
        {
            reader.AddAtEnd($"more than {CharactersPerRuleLimit} characters without a rule; expected a rule, or the end of the file");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // The library's scanner on bytes it did not expect. The text is an outsider's: its fault is a value.
            reader.AddAtEnd("not YAML");
        }

        return null;
    }

    private void AddAtEnd(string message)
    {
        var mark = parser.Current?.End ?? Mark.Empty;
        errors.Add((int)mark.Line, (int)mark.Column, message);
    }

    private List<YamlNode>? ReadDocuments()
    {
        var documents = new List<YamlNode>();
        parser.MoveNext();
        while (parser.MoveNext() && parser.Current is not StreamEnd)
        {
            if (parser.Current is DocumentStart { Version: not null } directive)
            {
                return Refuse(directive, "a YAML directive; expected plain YAML without '%' lines") as List<YamlNode>;
            }

            parser.MoveNext();
            if (ReadNode(1) is not { } root)
            {
                return null;
            }

            if (root is not YamlScalar { Text: "" })
            {
                documents.Add(root);
            }

            parser.MoveNext();
        }

        return documents;
    }

    private YamlNode? ReadNode(int depth, bool isRules = false)
    {
        var current = parser.Current!;
        if (++nodes > NodesPerRuleLimit)
        {
            return Refuse(current, $"more than {NodesPerRuleLimit} YAML nodes without a rule; expected a rule, or the end of the file") as YamlNode;
        }

        if (depth > DepthLimit)
        {
            return Refuse(current, $"nested more than {DepthLimit} deep; expected a list of rules") as YamlNode;
        }

        if (current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            return Refuse(current, "a YAML anchor or alias ('&' or '*'); expected every value to be written out, or quoted") as YamlNode;
        }

        if (current is NodeEvent { Tag.IsEmpty: false })
        {
            return Refuse(current, "a YAML tag ('!'); expected a plain value, or a quoted one") as YamlNode;
        }

        return current switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => isRules ? ReadRules(current, depth) : ReadSequence(current, depth),
            MappingStart => ReadMapping(current, depth),
            _ => Refuse(current, "not YAML") as YamlNode,
        };
    }

    /// <summary>Each rule is judged as soon as it is read, so that a file of nonsense ends at its hundredth error.</summary>
    private YamlSequence? ReadRules(ParsingEvent start, int depth)
    {
        while (parser.MoveNext() && parser.Current is not SequenceEnd)
        {
            if (ReadNode(depth + 1) is not { } item)
            {
                return null;
            }

            onRule(item);
            if (errors.IsFull)
            {
                return null;
            }

            nodes = 0;
            input.Refill();
        }

        return new YamlSequence((int)start.Start.Line, (int)start.Start.Column, []);
    }

    private YamlScalar? ReadScalar(Scalar scalar) =>
        scalar.Value.Length > ScalarLimitCharacters
            ? Refuse(scalar, $"a value of {scalar.Value.Length} characters; expected at most {ScalarLimitCharacters}") as YamlScalar
            : new YamlScalar((int)scalar.Start.Line, (int)scalar.Start.Column, scalar.Value);

    private YamlSequence? ReadSequence(ParsingEvent start, int depth)
    {
        var items = new List<YamlNode>();
        while (parser.MoveNext() && parser.Current is not SequenceEnd)
        {
            if (ReadNode(depth + 1) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return new YamlSequence((int)start.Start.Line, (int)start.Start.Column, items);
    }

    private YamlMapping? ReadMapping(ParsingEvent start, int depth)
    {
        var entries = new List<YamlEntry>();
        while (parser.MoveNext() && parser.Current is not MappingEnd)
        {
            var keyEvent = parser.Current!;
            if (ReadNode(depth + 1) is not { } key)
            {
                return null;
            }

            if (key is not YamlScalar name)
            {
                return Refuse(keyEvent, $"{key.Describe()} as a key; expected a name") as YamlMapping;
            }

            parser.MoveNext();
            if (ReadNode(depth + 1, depth == 1 && name.Text == RulesKey) is not { } value)
            {
                return null;
            }

            entries.Add(new YamlEntry(name, value));
        }

        return new YamlMapping((int)start.Start.Line, (int)start.Start.Column, entries);
    }

    private object? Refuse(ParsingEvent at, string message)
    {
        errors.Add((int)at.Start.Line, (int)at.Start.Column, message);
        return null;
    }

    /// <summary>
    /// The two likeliest slips get our own words: tabs, which the library places wrongly, and an unquoted <c>red: > 480</c>, which is a block scalar to YAML.
    /// </summary>
    private void AddSyntaxError(YamlException e)
    {
        var number = 1;
        foreach (var indented in text.AsSpan().EnumerateLines())
        {
            var indent = indented[..^indented.TrimStart().Length];
            if (indent.Length < indented.Length && indent.IndexOf('\t') is >= 0 and var tab)
            {
                errors.Add(number, tab + 1, "a tab in the indentation; expected spaces");
                return;
            }

            number++;
        }

        var line = LineAt((int)e.Start.Line).TrimStart();
        var colon = line.IndexOf(':');
        var message = colon > 0 && line[(colon + 1)..].TrimStart() is ['>', ..] comparison
            ? $"an unquoted comparison; expected quotes: {ErrorText.OneLine(line[..colon].ToString())}: \"{ErrorText.OneLine(comparison.TrimEnd().ToString())}\""
            : $"not YAML: {ErrorText.OneLine(e.Message)}";
        errors.Add((int)e.Start.Line, (int)e.Start.Column, message);
    }

    private ReadOnlySpan<char> LineAt(int number)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (--number == 0)
            {
                return line;
            }
        }

        return [];
    }
}
