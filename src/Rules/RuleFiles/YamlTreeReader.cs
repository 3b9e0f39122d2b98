using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PingAnIoT.Rules;

/// <summary>
/// Reads YAML into a tree under hard bounds: no anchors, aliases, tags or directives, so that text can only grow into as much as is written,
/// and no deeper than any rule needs. The first thing wrong ends it: a file that breaks a bound is not worth reading on.
/// </summary>
internal sealed class YamlTreeReader
{
    /// <summary>A rule file is a mapping of a list of mappings with mappings in them: 4.</summary>
    public const int DepthLimit = 8;

    public const int NodesLimit = 200_000;

    public const int ScalarLimitCharacters = 2_000;

    /// <summary>Longer lines are refused before YAML is looked at: its scanner's time is not linear in them.</summary>
    public const int LineLimitCharacters = 8_000;

    private readonly Parser parser;
    private readonly string text;
    private readonly RuleErrors errors;
    private int nodes;

    private YamlTreeReader(string text, RuleErrors errors)
    {
        this.text = text;
        this.errors = errors;
        parser = new Parser(new StringReader(text));
    }

    /// <returns>The documents that say anything, or null when something is wrong (then <paramref name="errors"/> has it).</returns>
    public static IReadOnlyList<YamlNode>? Read(string text, RuleErrors errors)
    {
        if (!LinesAreShort(text, errors))
        {
            return null;
        }

        var reader = new YamlTreeReader(text, errors);
        try
        {
            return reader.ReadDocuments();
        }
        catch (YamlException e)
        {
            reader.AddSyntaxError(e);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // The library's scanner on bytes it did not expect. The text is an outsider's: its fault is a value.
            var mark = reader.parser.Current?.End ?? Mark.Empty;
            errors.Add((int)mark.Line, (int)mark.Column, "not YAML");
            return null;
        }
    }

    private static bool LinesAreShort(string text, RuleErrors errors)
    {
        var line = 1;
        foreach (var span in text.AsSpan().EnumerateLines())
        {
            if (span.Length > LineLimitCharacters)
            {
                errors.Add(line, 1, $"a line of {span.Length} characters; expected at most {LineLimitCharacters}");
                return false;
            }

            line++;
        }

        return true;
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

    private YamlNode? ReadNode(int depth)
    {
        var current = parser.Current!;
        if (++nodes > NodesLimit)
        {
            return Refuse(current, $"more than {NodesLimit} YAML nodes; expected a smaller file") as YamlNode;
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
            SequenceStart => ReadSequence(current, depth),
            MappingStart => ReadMapping(current, depth),
            _ => Refuse(current, "not YAML") as YamlNode,
        };
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
            if (ReadNode(depth + 1) is not { } value)
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
