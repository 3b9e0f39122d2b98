using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Rules;

/// <summary>Reads one rule's mapping. Goes on after an error wherever the rest can still be judged.</summary>
internal sealed partial class RuleReader(Catalog catalog, RuleErrors errors, RuleIds ids, int shards)
{
    public static readonly string[] Keys =
        ["id", "title", "kind", "quantity", "when", "place", "red", "yellow", "green", "fault", "all", "any", FirstKey, "then", "then not", WithinKey, "hold", "clear", "during", "latch", "basis"];

    private const int TextLimitCharacters = 500;

    private const string IdExpected = "1 to 64 of a-z, 0-9 and '-', beginning with a letter";
    private const string BasisExpected = "where the numbers come from: a clause of a standard, or 'site'";

    /// <param name="node">What stands in the list of rules.</param>
    /// <returns>The rule, or null when anything is wrong with it.</returns>
    public Rule? Read(YamlNode node)
    {
        if (node is not YamlMapping mapping)
        {
            errors.Add(node, $"found {node.Describe()}; expected a rule, beginning with 'id:'");
            return null;
        }

        var before = errors.Count;
        var fields = new RuleFields(mapping, "a rule", Keys, errors);
        var id = ReadId(fields);
        var (titleZh, titleEn) = ReadTitle(fields);
        var kindIndex = ReadKind(fields);
        if (CombinationKey(fields) is { } combination)
        {
            return combination.Combination is Combination.Then or Combination.ThenNot
                ? ReadSequence(mapping, fields, combination, id, (titleZh, titleEn), kindIndex, before)
                : ReadCombination(fields, combination, id, (titleZh, titleEn), kindIndex, before);
        }

        if (fields.Key(FirstKey) is not null && fields.Key("when") is null)
        {
            return null;
        }

        var window = ReadWindow(fields);
        var quantityIndex = ReadQuantity(fields, kindIndex, window);
        var basis = ReadPlainText(fields, "basis", BasisExpected);
        var isAbsent = window?.Function == WindowFunction.Absent;
        var quantity = kindIndex is { } k && quantityIndex is { } q ? catalog.Kinds[k].Quantities[q] : null;
        var isTruth = window is { IsTruth: true };
        var bands = isTruth
            ? new TruthBandReader(errors).Read(mapping, fields, window!.Value)
            : new BandReader(errors).Read(mapping, fields, window, quantity);
        var isStuck = window?.Function == WindowFunction.Stuck;
        var hold = isAbsent ? 0 : isStuck ? window!.Value.Micros : ReadDuration(fields, "hold");
        var (deadband, clearHold, clear) = isAbsent ? default : ReadClear(fields);
        var during = ReadDuring(fields, isAbsent);
        var isLatched = ReadLatch(fields, isAbsent);
        CheckCodes(fields, window, quantity);
        var place = ReadPlace(fields, window);
        if (errors.Count == before && !isTruth)
        {
            new BandChecks(errors).Check(fields, bands, window!.Value.Function, quantity!, deadband, clear);
        }

        if (errors.Count > before)
        {
            return null;
        }

        var rule = new Rule
        {
            Id = id!, Version = "", TitleZh = titleZh!, TitleEn = titleEn!, Kind = kindIndex!.Value, Quantity = quantityIndex!.Value,
            AnyQuantity = isAbsent && fields.Optional("quantity") is null, Function = window!.Value.Function, WindowMicros = isStuck ? 0 : window.Value.Micros,
            Times = window.Value.Times, Share = window.Value.Share, Codes = window.Value.Codes ?? [], Place = place,
            Bands = [.. bands.Select(b => b.Band)], HoldMicros = hold, Deadband = deadband, ClearHoldMicros = clearHold, During = during,
            IsLatched = isLatched, Basis = basis!,
        };
        return rule with { Version = RuleVersion.Of(rule, catalog) };
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex IdPattern { get; }

    private string? ReadId(RuleFields fields)
    {
        if (fields.RequiredText("id", IdExpected) is not { } id)
        {
            return null;
        }

        if (!IdPattern.IsMatch(id.Text))
        {
            errors.Add(id, $"'id' is {id.Describe()}; expected {IdExpected}");
        }
        else if (ids.Claim(id.Text, errors.File, id.Line) is { } first)
        {
            errors.Add(id, $"rule '{id.Text}' again; expected every id once ({first})");
        }

        return id.Text;
    }

    private (string? Zh, string? En) ReadTitle(RuleFields fields)
    {
        const string expected = "{ zh: …, en: … }";
        switch (fields.Required("title", expected))
        {
            case null:
                return default;
            case YamlMapping mapping:
                var titles = new RuleFields(mapping, "a title", ["zh", "en"], errors);
                return (ReadPlainText(titles, "zh", "the title in Chinese"), ReadPlainText(titles, "en", "the title in English"));
            case var other:
                errors.Add(other, $"'title' is {other.Describe()}; expected {expected}");
                return default;
        }
    }

    private string? ReadPlainText(RuleFields fields, string key, string expected)
    {
        if (fields.RequiredText(key, expected) is not { } text)
        {
            return null;
        }

        if (text.Text.Length > TextLimitCharacters || text.Text.Any(char.IsControl) || string.IsNullOrWhiteSpace(text.Text))
        {
            errors.Add(text, $"'{key}' is {text.Describe()}; expected one line of at most {TextLimitCharacters} characters");
        }

        return text.Text;
    }

    private int? ReadKind(RuleFields fields)
    {
        if (fields.RequiredText("kind", "a kind of device") is not { } kind)
        {
            return null;
        }

        var index = catalog.FindKind(kind.Text);
        if (index >= 0)
        {
            return index;
        }

        errors.Add(kind, $"unknown kind {kind.Describe()}; {ErrorText.Expected(kind.Text, catalog.Kinds.Select(k => k.Name))}");
        return null;
    }

    private Window? ReadWindow(RuleFields fields) =>
        fields.RequiredText("when", WindowText.Expected) is { } when ? WindowText.Read(when, errors) : null;

    private int? ReadQuantity(RuleFields fields, int? kindIndex, Window? window)
    {
        if (window?.Function == WindowFunction.Absent)
        {
            if (kindIndex is { } index && catalog.Kinds[index].Name == Catalog.GatewayKind)
            {
                errors.Add(
                    fields.Key("when")!,
                    "absent for a gateway; expected its quantity 'online': a gateway's loss is a reading of its own");
            }

            if (fields.Optional("quantity") is null)
            {
                return 0;
            }
        }

        if (fields.RequiredText("quantity", "what is measured") is not { } quantity || kindIndex is null)
        {
            return null;
        }

        var kind = catalog.Kinds[kindIndex.Value];
        var names = kind.Quantities.Select(q => q.Name).ToList();
        var found = names.IndexOf(quantity.Text);
        if (found >= 0)
        {
            return found;
        }

        errors.Add(quantity, $"unknown quantity {quantity.Describe()} of {kind.Name}; {ErrorText.Expected(quantity.Text, names)}");
        return null;
    }

    private bool ReadLatch(RuleFields fields, bool isAbsent)
    {
        if (fields.OptionalText("latch", "true or false") is not { } latch)
        {
            return false;
        }

        if (latch.Text is not ("true" or "false"))
        {
            errors.Add(latch, $"'latch' is {latch.Describe()}; expected true or false");
        }
        else if (isAbsent)
        {
            errors.Add(fields.Key("latch")!, "'latch' with absent; expected none: the next reading ends it");
        }
        else if (latch.Text == "true" && fields.Key("clear") is { } clear)
        {
            errors.Add(clear, "'clear' with latch; expected none: only a reset ends it");
        }

        return latch.Text == "true";
    }

    private Schedule? ReadDuring(RuleFields fields, bool isAbsent)
    {
        if (isAbsent && fields.Key("during") is { } key)
        {
            errors.Add(key, "'during' with absent; expected none: silence is told at any hour");
            return null;
        }

        return fields.Optional("during") is { } during ? new ScheduleReader(errors).Read(during) : null;
    }

    private void CheckCodes(RuleFields fields, Window? window, Quantity? quantity)
    {
        if (window?.Codes is not { } codes || quantity is null)
        {
            return;
        }

        var when = fields.Optional("when")!;
        if (!quantity.IsCode)
        {
            errors.Add(when, $"code of {quantity.Name}; expected a quantity of codes, as fault-code is");
        }
        else if (codes is [.., var last] && (codes[0].From < quantity.Minimum || last.To > quantity.Maximum))
        {
            errors.Add(when, $"code of {ErrorText.Quote(string.Join(", ", codes))}; expected codes from {quantity.Minimum} to {quantity.Maximum}, those of {quantity.Name}");
        }
    }

    private (double Deadband, long ClearHoldMicros, RuleFields? Clear) ReadClear(RuleFields fields)
    {
        switch (fields.Optional("clear"))
        {
            case null:
                return default;
            case YamlMapping mapping:
                var clear = new RuleFields(mapping, "clear", ["deadband", "hold"], errors);
                return (ReadDeadband(clear), ReadDuration(clear, "hold"), clear);
            case var other:
                errors.Add(other, $"'clear' is {other.Describe()}; expected {{ deadband: …, hold: … }}");
                return default;
        }
    }

    private double ReadDeadband(RuleFields clear)
    {
        const string expected = "a number, 0 or more, in the unit of the quantity";
        if (clear.OptionalText("deadband", expected) is not { } text)
        {
            return 0;
        }

        if (double.TryParse(text.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var deadband) && double.IsFinite(deadband) && deadband >= 0)
        {
            return deadband;
        }

        errors.Add(text, $"'deadband' is {text.Describe()}; expected {expected}");
        return 0;
    }

    private long ReadDuration(RuleFields fields, string key)
    {
        if (fields.OptionalText(key, DurationText.Expected) is not { } text)
        {
            return 0;
        }

        var micros = DurationText.Parse(text.Text);
        if (micros is null)
        {
            errors.Add(text, $"'{key}' is {text.Describe()}; expected {DurationText.Expected}");
        }
        else if (micros < 0 || micros > DurationText.LimitMicros)
        {
            errors.Add(text, $"'{key}' is {text.Describe()}; expected 0s to {DurationText.Format(DurationText.LimitMicros)}");
        }

        return micros ?? 0;
    }
}
