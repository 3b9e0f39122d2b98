using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>Rosters, overrides, swaps, and who is on duty.</summary>
public sealed partial class DutyService
{
    private const long DayMicros = 24L * 3600 * 1_000_000;
    private const int MostGaps = 1_000;
    private const int MostPostDays = 300_000;
    private const int MostShown = 1_000;

    private long NowMicros => Micros.Now(time);

    private DutyBook Duty => ledger.Book.Duty;

    public override Task<V1.WhoIsOnDutyResponse> WhoIsOnDuty(V1.WhoIsOnDutyRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var territory = Visible(officer, request.Territory);
        var answer = DutyRoster.Who(Duty, territories(), territory, WireDuty.From(request.Role), WireDuty.Micros(request.Time, "time", NowMicros));
        var response = new V1.WhoIsOnDutyResponse { Source = WireDuty.Of(answer.Source) };
        if (DutyRequest.Has(officer, answer.StandIn))
        {
            response.StandIn = answer.StandIn;
            response.Officers.AddRange(WireDuty.Of(answer.Officers));
            response.Why.AddRange(answer.Why);
        }
        else if (answer.Why.Count > 0)
        {
            // Of places that are not the caller's nothing is said but that one of them stands in.
            response.Why.Add(answer.Why[0]);
        }

        return Task.FromResult(response);
    }

    public override Task<V1.GetRosterResponse> GetRoster(V1.GetRosterRequest request, ServerCallContext context)
    {
        var (territory, role, now) = (Visible(OfficerName.Of(context), request.Territory), WireDuty.From(request.Role), NowMicros);
        var from = WireDuty.Micros(request.From, "from", now);
        var to = WireDuty.Micros(request.To, "to", from + (7 * DayMicros));
        if (to <= from || to - from > 366 * DayMicros)
        {
            throw GrpcErrors.Invalid("to", "is after from, by at most 366 days");
        }

        var (duty, post) = (Duty, Duty.PostOf(territory, role));
        var response = new V1.GetRosterResponse { Roster = post.RosterAt(from) is { } roster ? WireDuty.Of(roster) : null };
        response.Stretches.AddRange(DutyRoster.Between(duty, territory, role, from, to).Select(WireDuty.Of));
        response.Overrides.AddRange(post.Changes.Where(c => c.Swap is null && c.ToMicros > from && c.FromMicros < to).Select(WireDuty.Of));
        response.Swaps.AddRange(duty.Swaps.Values.Where(s => s.Territory == territory && s.Role == role && (s.IsOpen || s.ToMicros > from)).Take(MostShown).Select(WireDuty.Of));
        response.OpenHandOvers.AddRange(duty.HandOvers.Values.Where(h => h.IsOpen && h.Territory == territory && h.Role == role).Select(h => WireDuty.Of(h, now)));
        return Task.FromResult(response);
    }

    public override async Task<V1.SetRosterResponse> SetRoster(V1.SetRosterRequest request, ServerCallContext context)
    {
        var roster = WireDuty.From(request.Roster);
        var facts = await DoAsync(context, request.RequestId, "territory", roster.Territory, (t, r) => RosterCommands.Set(t, r, roster));
        return new V1.SetRosterResponse { Roster = WireDuty.Of(facts.Roster ?? throw Reused()) };
    }

    public override Task<V1.ListGapsResponse> ListGaps(V1.ListGapsRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var territory = request.Territory.Trim('/') is { Length: > 0 } asked ? Visible(officer, asked) : officer.Territory;
        var days = request.Days switch
        {
            0 => 14,
            >= 1 and <= 92 => request.Days,
            _ => throw GrpcErrors.Invalid("days", "is 1 to 92"),
        };
        var (duty, tree, now) = (Duty, territories(), NowMicros);
        var within = new Officer("", territory);
        var posts = duty.Posts.Keys.Where(k => DutyRequest.Has(within, k.Territory)).ToList();
        if (posts.Count * days > MostPostDays)
        {
            throw GrpcErrors.Invalid("days", $"times {posts.Count} rosters is too much at once: fewer days, or a territory");
        }

        var gaps = posts
            .SelectMany(k => DutyRoster.Between(duty, k.Territory, k.Role, now, now + (days * DayMicros)).Where(s => s.IsGap).Select(s => (Post: k, Gap: s)))
            .OrderBy(g => g.Gap.FromMicros).ThenBy(g => g.Post.Territory, StringComparer.Ordinal).ThenBy(g => g.Post.Role).Take(MostGaps);
        var response = new V1.ListGapsResponse();
        foreach (var ((place, role), gap) in gaps)
        {
            var instead = DutyRoster.Who(duty, tree, place, role, gap.FromMicros);
            response.Gaps.Add(new V1.DutyGap
            {
                Territory = place, Role = WireDuty.Of(role), From = WireTime.Of(gap.FromMicros), To = WireTime.Of(gap.ToMicros), Why = gap.Why,
                Source = WireDuty.Of(instead.Source), StandIn = DutyRequest.Has(officer, instead.StandIn) ? instead.StandIn : "",
            });
        }

        return Task.FromResult(response);
    }

    public override async Task<V1.SetOverrideResponse> SetOverride(V1.SetOverrideRequest request, ServerCallContext context)
    {
        var change = WireDuty.From(request.Override);
        var facts = await DoAsync(context, request.RequestId, "territory", change.Territory, (t, r) => RosterCommands.Override(t, r, change));
        return new V1.SetOverrideResponse { Override = WireDuty.Of(facts.Changes is [var made, ..] ? made : throw Reused()) };
    }

    public override async Task<V1.CancelOverrideResponse> CancelOverride(V1.CancelOverrideRequest request, ServerCallContext context)
    {
        await DoAsync(context, request.RequestId, "override", Text(request.Id), (t, r) => RosterCommands.Cancel(t, r, request.Id));
        return new V1.CancelOverrideResponse();
    }

    public override async Task<V1.AskSwapResponse> AskSwap(V1.AskSwapRequest request, ServerCallContext context)
    {
        var swap = WireDuty.From(request.Swap);
        var facts = await DoAsync(context, request.RequestId, "territory", swap.Territory, (t, r) => SwapCommands.Ask(t, r, swap));
        return new V1.AskSwapResponse { Swap = WireDuty.Of(facts.Swap ?? throw Reused()) };
    }

    public override async Task<V1.AnswerSwapResponse> AnswerSwap(V1.AnswerSwapRequest request, ServerCallContext context)
    {
        SwapAnswer answer = request.Answer switch
        {
            V1.SwapAnswer.Agree => SwapAnswer.Agree,
            V1.SwapAnswer.Decline => SwapAnswer.Decline,
            V1.SwapAnswer.Withdraw => SwapAnswer.Withdraw,
            V1.SwapAnswer.Approve => SwapAnswer.Approve,
            V1.SwapAnswer.Refuse => SwapAnswer.Refuse,
            _ => throw GrpcErrors.Invalid("answer", "is missing"),
        };
        var facts = await DoAsync(context, request.RequestId, "swap", Text(request.Id), (t, r) => SwapCommands.Answer(t, r, request.Id, answer));
        return new V1.AnswerSwapResponse { Swap = WireDuty.Of(facts.Swap ?? throw Reused()) };
    }

    /// <summary>A territory that the officer may look at; any other is as if it were not there.</summary>
    private string Visible(Officer officer, string asked)
    {
        var territory = asked.Trim('/');
        return TerritoryPath.IsValid(territory) && DutyRequest.Has(officer, territory) && territories().Knows(territory)
            ? territory
            : throw GrpcErrors.NotFound("territory", territory);
    }

    private async Task<DutyFacts> DoAsync(
        ServerCallContext context, string requestId, string what, string name, Func<LedgerTransaction, DutyRequest, CommandResult> decide)
    {
        var request = new DutyRequest(OfficerName.Of(context), requestId, territories());
        var result = await ledger.DecideAsync(t => decide(t, request), context.CancellationToken);
        Require(what, name, result);
        return result.Entry!.Body.Duty ?? throw Reused();
    }

    private static RpcException Reused() => GrpcErrors.Invalid("request_id", "has been used for something else");

    private static string Text(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
