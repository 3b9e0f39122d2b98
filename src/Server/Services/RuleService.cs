using System.Globalization;
using System.Text;
using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The rules in force, and what is wrong with those that are not.</summary>
internal sealed class RuleService(RulesInForce rules, Catalog catalog) : V1.RuleService.RuleServiceBase
{
    private const int TextLimitBytes = 1024 * 1024;

    public override Task<V1.ListRulesResponse> ListRules(V1.ListRulesRequest request, ServerCallContext context)
    {
        var all = rules.Current.Rules;
        var size = PageTokens.Size(request.PageSize, 1_000);
        var start = (int)Math.Min(PageTokens.Start(request.PageToken), all.Count);
        var page = all.Skip(start).Take(size).Select(Wire).ToList();
        var response = new V1.ListRulesResponse { NextPageToken = start + page.Count < all.Count ? PageTokens.Of(start + page.Count) : "" };
        response.Rules.AddRange(page);
        return Task.FromResult(response);
    }

    public override Task<V1.CheckRulesResponse> CheckRules(V1.CheckRulesRequest request, ServerCallContext context)
    {
        if (Encoding.UTF8.GetByteCount(request.Text) > TextLimitBytes)
        {
            throw GrpcErrors.Invalid("text", "is longer than 1 MiB");
        }

        var result = RuleFile.Parse(request.Text, "text", catalog);
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
            When = When(rule, kind),
            HoldSeconds = rule.HoldMicros / 1e6,
            Deadband = rule.Deadband,
            ClearHoldSeconds = rule.ClearHoldMicros / 1e6,
            Basis = rule.Basis,
            During = rule.During?.ToString() ?? "",
        };
        wire.Bands.AddRange(rule.Bands.Select(b => new V1.Band
        {
            Severity = WireNames.Of(b.Severity), Comparison = Sign(b.Comparison), Threshold = b.Threshold, SetPoint = b.SetPoint ?? "",
        }));
        return wire;
    }

    private static string When(Rule rule, Kind kind) => rule.Combination == Combination.None
        ? rule.When()
        : $"{rule.Combination.ToString().ToLowerInvariant()}({string.Join(", ", rule.Parts.Select(p => $"{p.When()} of {kind.Quantities[p.Quantity].Name}"))})";

    private static string Sign(Comparison comparison) => comparison switch
    {
        Comparison.Above => ">",
        Comparison.AtOrAbove => ">=",
        Comparison.Below => "<",
        Comparison.AtOrBelow => "<=",
        _ => "==",
    };

    private static V1.RuleFileError Wire(RuleFileError error) =>
        new() { File = error.File, Line = error.Line, Column = error.Column, Message = error.Message };
}
