using Google.Protobuf.WellKnownTypes;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The engine's explanation of a series in the protocol's words.</summary>
internal static class WireExplanation
{
    public static V1.ExplainSeriesResponse Of(SeriesExplanation explanation, Catalog catalog)
    {
        var wire = new V1.ExplainSeriesResponse
        {
            Series = explanation.Series, Territory = explanation.Device.Territory, Unit = explanation.Unit, AsOfTime = Time(explanation.AsOfMicros),
            ReadingsKept = explanation.ReadingsKept, ClockTime = Time(explanation.ClockMicros), ClockEndTime = Time(explanation.ClockEndMicros),
        };
        wire.Readings.AddRange(explanation.Newest.Select(r => new V1.KeptReading { EventTime = Time(r.EventTimeMicros), Value = r.Value }));
        wire.Rules.AddRange(explanation.Rules.Select(r => Of(r, catalog)));
        wire.Silences.AddRange(explanation.Silences.Select(Of));
        return wire;
    }

    public static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.Above => ">",
        Comparison.AtOrAbove => ">=",
        Comparison.Below => "<",
        Comparison.AtOrBelow => "<=",
        _ => "==",
    };

    /// <summary>The window as a rule file writes it; of a rule over several quantities, all its windows.</summary>
    public static string When(Rule rule, Catalog catalog)
    {
        var parts = rule.Parts.Select(p => $"{p.When()} of {catalog.Kinds[rule.Kind][p.Quantity].Name}").ToList();
        return rule.Combination switch
        {
            Combination.None => rule.When() + (rule.Place == Place.None ? "" : $" of a {rule.Place.ToString().ToLowerInvariant()}"),
            Combination.Then => $"{parts[0]} then {parts[1]} within {DurationText.Format(rule.WithinMicros)}",
            Combination.ThenNot => $"{parts[0]} then not {parts[1]} within {DurationText.Format(rule.WithinMicros)}",
            _ => $"{rule.Combination.ToString().ToLowerInvariant()}({string.Join(", ", parts)})",
        };
    }

    private static V1.RuleOnSeries Of(RuleExplanation rule, Catalog catalog)
    {
        var wire = new V1.RuleOnSeries
        {
            RuleId = rule.Rule.Id, RuleVersion = rule.Rule.Version, Title = Title(rule.Rule), When = When(rule.Rule, catalog),
            Quantity = catalog.Kinds[rule.Rule.Kind][rule.Rule.Quantity].Name, ReadingsInWindow = rule.ReadingsInWindow, OutsideSchedule = !rule.IsWithinSchedule, Says = WireNames.Of(rule.Says),
            EpisodeTime = Time(rule.EpisodeMicros), Ordinal = rule.Ordinal,
            WaitingTime = Time(rule.WaitingSinceMicros), WaitingUntilTime = Time(rule.WaitingUntilMicros),
        };
        if (double.IsFinite(rule.Value))
        {
            wire.Value = rule.Value;
        }

        wire.Bands.AddRange(rule.Bands.Select(b => new V1.BandOnSeries
        {
            Severity = WireNames.Of(b.Band.Severity), Comparison = Sign(b.Band.Comparison), Threshold = b.Threshold,
            SetPoint = b.IsSetPoint ? b.Band.SetPoint : "", LeftAt = b.LeftAt, Crossed = b.IsCrossed, Violated = b.IsViolated,
            PendingTime = Time(b.PendingSinceMicros), DueTime = Time(b.DueMicros), DueWithReading = b.DueMicros is not null && !b.IsDueOnTicks,
        }));
        wire.Latched = rule.Rule.IsLatched;
        wire.Parts.AddRange(rule.Parts.Select(p => Of(p, catalog)));
        return wire;
    }

    private static V1.SilenceOnSeries Of(SilenceExplanation silence)
    {
        var wire = new V1.SilenceOnSeries
        {
            RuleId = silence.Rule.Id, RuleVersion = silence.Rule.Version, Title = Title(silence.Rule), When = silence.Rule.When(),
            HeardTime = Time(silence.LastHeardMicros), ListenedSeconds = silence.ListenedMicros / 1e6, DueTime = Time(silence.DueMicros),
            Says = WireNames.Of(silence.Says), EpisodeTime = Time(silence.EpisodeMicros), Ordinal = silence.Ordinal, Listening = silence.IsListening,
        };
        foreach (var gateway in silence.Gateways)
        {
            var known = new V1.GatewayOnSeries { Name = gateway.Name };
            if (gateway.IsOnline is { } online)
            {
                known.Online = online;
            }

            wire.Gateways.Add(known);
        }

        return wire;
    }

    private static V1.Title Title(Rule rule) => new() { Zh = rule.TitleZh, En = rule.TitleEn };

    private static Timestamp? Time(long? micros) => micros is { } at ? WireTime.Of(at) : null;
}
