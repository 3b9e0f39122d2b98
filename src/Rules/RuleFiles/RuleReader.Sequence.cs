namespace PingAnIoT.Rules;

/// <content>Sequences over two quantities of one device: <c>first</c>, then <c>then</c> or <c>then not</c>, <c>within</c> a time.</content>
internal sealed partial class RuleReader
{
    public const string FirstKey = "first";
    public const string WithinKey = "within";

    public static readonly string[] ConditionKeys = ["quantity", "when", "is", "deadband"];

    private const string ConditionExample = "{ quantity: …, when: last, is: \"> …\" }";

    private static readonly (string Key, Combination Combination)[] Sequences = [("then", Combination.Then), ("then not", Combination.ThenNot)];

    private Rule? ReadSequence(
        YamlMapping rule, RuleFields fields, (string Key, Combination Combination) form, string? id, (string? Zh, string? En) title, int? kind, int before)
    {
        RefuseMisplaced(fields, form.Key, ["quantity", "when", "place"]);
        var basis = ReadPlainText(fields, "basis", BasisExpected);
        var bands = new TruthBandReader(errors).ReadSequence(rule, fields);
        var hold = ReadDuration(fields, "hold");
        if (form.Combination == Combination.ThenNot && fields.Key("hold") is { } meaningless)
        {
            errors.Add(meaningless, $"'hold' with then not; expected none: '{WithinKey}' is its time");
        }

        var clearHold = ReadClearOfParts(fields, form.Key);
        var during = ReadDuring(fields, isAbsent: false);
        var isLatched = ReadLatch(fields, isAbsent: false);
        var first = ReadCondition(fields, FirstKey, kind);
        var second = ReadCondition(fields, form.Key, kind);
        var within = ReadWithin(fields);
        if (errors.Count > before)
        {
            return null;
        }

        List<Rule> parts = [.. new[] { first!, second! }.Select(p => p with { Bands = [p.Bands[0] with { Severity = bands[0].Band.Severity }] })];
        var read = parts[0] with
        {
            Id = id!, TitleZh = title.Zh!, TitleEn = title.En!, HoldMicros = form.Combination == Combination.ThenNot ? within : hold,
            ClearHoldMicros = clearHold, During = during, IsLatched = isLatched, Basis = basis!, Combination = form.Combination, Parts = parts,
            WithinMicros = within,
        };
        return read with { Version = RuleVersion.Of(read, catalog) };
    }

    private long ReadWithin(RuleFields fields)
    {
        if (fields.RequiredText(WithinKey, DurationText.Expected) is not { } text)
        {
            return 0;
        }

        var micros = DurationText.Parse(text.Text);
        if (micros is null)
        {
            errors.Add(text, $"'{WithinKey}' is {text.Describe()}; expected {DurationText.Expected}");
        }
        else if (micros <= 0 || micros > DurationText.LimitMicros)
        {
            errors.Add(text, $"'{WithinKey}' is {text.Describe()}; expected more than 0s and at most {DurationText.Format(DurationText.LimitMicros)}");
        }

        return micros ?? 0;
    }

    /// <summary>One of the two parts, with a band that has no colour of its own yet.</summary>
    private Rule? ReadCondition(RuleFields rule, string key, int? kind)
    {
        if (rule.Required(key, ConditionExample) is not { } node)
        {
            return null;
        }

        if (node is not YamlMapping mapping)
        {
            errors.Add(node, $"'{key}' is {node.Describe()}; expected {ConditionExample}");
            return null;
        }

        var before = errors.Count;
        var fields = new RuleFields(mapping, $"'{key}'", ConditionKeys, errors);
        var window = ReadWindowOfPart(fields, $"'{key}'", out var isRefused);
        if (isRefused)
        {
            return null;
        }

        var (index, quantity) = ReadQuantityOfPart(fields, kind, window);
        var bands = window is { IsTruth: true } truth
            ? new TruthBandReader(errors).ReadCondition(fields, truth)
            : new BandReader(errors).ReadCondition(fields, window, quantity);
        var deadband = ReadDeadband(fields);
        CheckCodes(fields, window, quantity);
        if (errors.Count == before && quantity is not null && window is { IsTruth: false })
        {
            new BandChecks(errors).Check(fields, bands, window.Value.Function, quantity, deadband, fields);
        }

        return errors.Count > before || quantity is null ? null : PartOf(window!.Value, kind!.Value, index!.Value, bands, deadband);
    }
}
