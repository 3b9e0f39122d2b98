namespace PingAnIoT.Rules;

/// <content>Rules over several quantities of one device: <c>all</c> and <c>any</c> with their parts.</content>
internal sealed partial class RuleReader
{
    public const int PartsMin = 2;
    public const int PartsMax = 8;

    private static readonly string[] MisplacedKeys = ["quantity", "when", "place", "red", "yellow", "green", "fault"];

    public static readonly string[] PartKeys = ["quantity", "when", "red", "yellow", "green", "fault", "deadband"];

    private static readonly (string Key, Combination Combination)[] Combinations = [("all", Combination.All), ("any", Combination.Any)];

    private static readonly string PartsExpected = $"{PartsMin} to {PartsMax} parts, such as - {{ quantity: …, when: last, red: \"> …\" }}";

    /// <returns>The key that makes this a rule of several quantities; null when it is over one.</returns>
    private (string Key, Combination Combination)? CombinationKey(RuleFields fields)
    {
        var present = Combinations.Concat(Sequences).Where(c => fields.Key(c.Key) is not null).ToList();
        foreach (var (key, _) in present.Skip(1))
        {
            errors.Add(fields.Key(key)!, $"'{key}' beside '{present[0].Key}'; expected one of them");
        }

        if (!present.Any(p => Sequences.Contains(p)))
        {
            foreach (var key in new[] { FirstKey, WithinKey }.Select(fields.Key).OfType<YamlScalar>())
            {
                errors.Add(key, $"'{key.Text}' without 'then' or 'then not'; expected one of them: it is of a sequence");
            }
        }

        return present.Count == 0 ? null : present[0];
    }

    private Rule? ReadCombination(
        RuleFields fields, (string Key, Combination Combination) form, string? id, (string? Zh, string? En) title, int? kind, int before)
    {
        RefuseMisplaced(fields, form.Key, MisplacedKeys);
        var basis = ReadPlainText(fields, "basis", BasisExpected);
        var hold = ReadDuration(fields, "hold");
        var clearHold = ReadClearOfParts(fields, form.Key);
        var during = ReadDuring(fields, isAbsent: false);
        var isLatched = ReadLatch(fields, isAbsent: false);
        var parts = ReadParts(fields, form.Key, kind);
        if (errors.Count > before)
        {
            return null;
        }

        var rule = parts[0] with
        {
            Id = id!, TitleZh = title.Zh!, TitleEn = title.En!, HoldMicros = hold, ClearHoldMicros = clearHold, During = during, IsLatched = isLatched, Basis = basis!,
            Combination = form.Combination, Parts = parts,
        };
        return rule with { Version = RuleVersion.Of(rule, catalog) };
    }

    private void RefuseMisplaced(RuleFields fields, string beside, string[] keys)
    {
        foreach (var misplaced in keys.Select(fields.Key).OfType<YamlScalar>())
        {
            errors.Add(misplaced, $"'{misplaced.Text}' beside '{beside}'; expected {(misplaced.Text == "place" ? "none: its parts are over one device" : "it inside the parts")}");
        }
    }

    private long ReadClearOfParts(RuleFields fields, string beside)
    {
        var (_, hold, clear) = ReadClear(fields);
        if (clear?.Key("deadband") is { } deadband)
        {
            errors.Add(deadband, $"'deadband' beside '{beside}'; expected it inside the parts");
        }

        return hold;
    }

    private List<Rule> ReadParts(RuleFields fields, string key, int? kind)
    {
        var parts = new List<Rule>();
        if (fields.Required(key, PartsExpected) is not YamlSequence { Items: var items } list)
        {
            var other = fields.Optional(key)!;
            errors.Add(other, $"'{key}' is {other.Describe()}; expected {PartsExpected}");
            return parts;
        }

        if (items.Count is < PartsMin or > PartsMax)
        {
            errors.Add(list, $"'{key}' has {items.Count} {(items.Count == 1 ? "part" : "parts")}; expected {PartsExpected}");
            return parts;
        }

        foreach (var item in items)
        {
            if (ReadPart(item, kind) is not { } part)
            {
                continue;
            }

            parts.Add(part);
            if (!Colours(part).SequenceEqual(Colours(parts[0])))
            {
                errors.Add(item, $"a part with {string.Join(", ", Colours(part))}; expected those of the first part: {string.Join(", ", Colours(parts[0]))}");
            }
        }

        return parts;
    }

    private static IEnumerable<string> Colours(Rule part) =>
        part.Bands.Select(b => BandReader.Severities.First(s => s.Severity == b.Severity).Key);

    private Rule? ReadPart(YamlNode node, int? kind)
    {
        if (node is not YamlMapping mapping)
        {
            errors.Add(node, $"found {node.Describe()}; expected a part, such as {{ quantity: …, when: last, red: \"> …\" }}");
            return null;
        }

        var before = errors.Count;
        var fields = new RuleFields(mapping, "a part", PartKeys, errors);
        var window = ReadWindowOfPart(fields, "a part", out var isRefused);
        if (isRefused)
        {
            return null;
        }

        var (quantityIndex, quantity) = ReadQuantityOfPart(fields, kind, window);
        var isTruth = window is { IsTruth: true };
        var bands = isTruth
            ? new TruthBandReader(errors).Read(mapping, fields, window!.Value)
            : new BandReader(errors).Read(mapping, fields, window, quantity);
        var deadband = ReadDeadband(fields);
        CheckCodes(fields, window, quantity);
        if (errors.Count == before && quantity is not null && !isTruth)
        {
            new BandChecks(errors).Check(fields, bands, window!.Value.Function, quantity, deadband, fields);
        }

        if (errors.Count > before || quantity is null)
        {
            return null;
        }

        return PartOf(window!.Value, kind!.Value, quantityIndex!.Value, bands, deadband);
    }

    private Window? ReadWindowOfPart(RuleFields fields, string owner, out bool isRefused)
    {
        var window = ReadWindow(fields);
        isRefused = window?.Function is WindowFunction.Absent or WindowFunction.Stuck or WindowFunction.Votes;
        if (!isRefused)
        {
            return window;
        }

        var what = window!.Value.Function switch { WindowFunction.Absent => "silence", WindowFunction.Stuck => "being stuck", _ => "a vote" };
        errors.Add(fields.Key("when")!, $"{WindowText.NameOf(window.Value.Function)} in {owner}; expected a window over readings: {what} is a rule of its own");
        return null;
    }

    private (int? Index, Quantity? Quantity) ReadQuantityOfPart(RuleFields fields, int? kind, Window? window)
    {
        var index = ReadQuantity(fields, kind, window);
        return (index, kind is { } k && index is { } q ? catalog.Kinds[k].Quantities[q] : null);
    }

    /// <summary>In the shape of a rule over one quantity.</summary>
    private static Rule PartOf(Window said, int kind, int quantity, IReadOnlyList<PlacedBand> bands, double deadband) => new()
    {
        Id = "", Version = "", TitleZh = "", TitleEn = "", Basis = "", Kind = kind, Quantity = quantity,
        Function = said.Function, WindowMicros = said.Micros, Times = said.Times, Share = said.Share, Codes = said.Codes ?? [],
        Bands = [.. bands.Select(b => b.Band)], Deadband = deadband,
    };
}
