using System.Globalization;
using System.Text;
using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The rules in force, what is wrong with those that are not, and what they make of a series.</summary>
internal sealed class RuleService(RulesInForce rules, DeviceRegister register, GatewayPlaces served, IngestPipeline pipeline, int shards) : V1.RuleService.RuleServiceBase
{
    private static readonly TimeSpan ExplainLimit = TimeSpan.FromSeconds(3);
    private readonly Catalog catalog = register.Catalog;
    private const int TextLimitBytes = 1024 * 1024;

    public override Task<V1.ListRulesResponse> ListRules(V1.ListRulesRequest request, ServerCallContext context)
    {
        var all = rules.Current.Rules;
        var size = Paging.Size(request.PageSize, 1_000);
        var start = (int)Math.Min(Paging.Start(request, request.PageToken, 0), all.Count);
        var page = all.Skip(start).Take(size).Select(Wire).ToList();
        var response = new V1.ListRulesResponse { NextPageToken = Paging.Next(request, start + page.Count < all.Count ? start + page.Count : (long?)null) };
        response.Rules.AddRange(page);
        return Task.FromResult(response);
    }

    public override Task<V1.CheckRulesResponse> CheckRules(V1.CheckRulesRequest request, ServerCallContext context)
    {
        if (Encoding.UTF8.GetByteCount(request.Text) > TextLimitBytes)
        {
            throw GrpcErrors.Invalid("text", "is longer than 1 MiB");
        }

        var result = RuleFile.Parse(request.Text, "text", catalog, shards);
        var response = new V1.CheckRulesResponse { RuleCount = result.RuleSet?.Rules.Count ?? 0 };
        response.Errors.AddRange(result.Errors.Select(Wire));
        return Task.FromResult(response);
    }

    public override Task<V1.GetLastErrorsResponse> GetLastErrors(V1.GetLastErrorsRequest request, ServerCallContext context)
    {
        var response = new V1.GetLastErrorsResponse();
        response.Errors.AddRange(rules.LastErrors.Select(Wire));
        return Task.FromResult(response);
    }

    public override async Task<V1.ExplainSeriesResponse> ExplainSeries(V1.ExplainSeriesRequest request, ServerCallContext context)
    {
        var name = SeriesName.Find(register, request.Series, new OfficerView(register, served, OfficerName.Of(context)).Sees);
        if (!name.IsFound)
        {
            throw GrpcErrors.NotFound("series", request.Series, name.Nearest);
        }

        var explanation = request.AtTime is { } at
            ? await ExplainAtAsync(name, WireTime.Micros(at), context.CancellationToken)
            : await pipeline.ExplainAsync(name.Device, name.Quantity, ExplainLimit, context.CancellationToken)
            ?? throw GrpcErrors.Of(StatusCode.DeadlineExceeded, "SHARD_BUSY", "The engine is too busy to answer now.");
        if (request.RuleId.Length == 0)
        {
            return WireExplanation.Of(explanation, catalog);
        }

        return explanation.RuleIds.Contains(request.RuleId)
            ? WireExplanation.Of(explanation.Only(request.RuleId), catalog)
            : throw GrpcErrors.NotFound("rule on this series", request.RuleId, NearestName.Find(request.RuleId, explanation.RuleIds));
    }

    private async Task<SeriesExplanation> ExplainAtAsync(SeriesName name, long atMicros, CancellationToken cancellationToken)
    {
        if (atMicros > pipeline.Intake.NowMicros())
        {
            throw GrpcErrors.Invalid("at_time", "is in the future");
        }

        var past = await pipeline.ExplainAtAsync(name.Device, name.Quantity, atMicros, cancellationToken);
        return past.Refusal switch
        {
            PastRefusal.Busy => throw GrpcErrors.Of(
                StatusCode.ResourceExhausted, "PAST_BUSY", "Another past moment is being worked out; ask again when that is done."),
            PastRefusal.Gone => throw GrpcErrors.Of(
                StatusCode.OutOfRange, "PAST_GONE",
                past.OldestMicros is { } oldest
                    ? $"The journal does not go back so far; the oldest time that can be shown is {WireTime.Text(oldest)}."
                    : "The journal does not go back so far, and there is no time yet that can be shown."),
            _ => past.Explanation!,
        };
    }

    private V1.Rule Wire(Rule rule)
    {
        var kind = catalog.Kinds[rule.Kind];
        var quantity = kind.Quantities[rule.Quantity];
        var wire = new V1.Rule
        {
            Id = rule.Id,
            Version = rule.Version,
            Title = new V1.Title { Zh = rule.TitleZh, En = rule.TitleEn },
            Kind = kind.Name,
            Quantity = quantity.Name,
            Unit = rule.Function == WindowFunction.Absent ? "" : quantity.Unit,
            When = WireExplanation.When(rule, catalog),
            HoldSeconds = rule.HoldMicros / 1e6,
            Deadband = rule.Deadband,
            ClearHoldSeconds = rule.ClearHoldMicros / 1e6,
            Basis = rule.Basis,
            During = rule.During?.ToString() ?? "",
            Latch = rule.IsLatched,
        };
        wire.Bands.AddRange(rule.Bands.Select(b => new V1.Band
        {
            Severity = WireNames.Of(b.Severity), Comparison = WireExplanation.Sign(b.Comparison), Threshold = b.Threshold, SetPoint = b.SetPoint ?? "",
        }));
        return wire;
    }

    private static V1.RuleFileError Wire(RuleFileError error) =>
        new() { File = error.File, Line = error.Line, Column = error.Column, Message = error.Message };
}
