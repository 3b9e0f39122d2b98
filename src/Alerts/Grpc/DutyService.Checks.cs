using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>Hand-overs and duty checks.</summary>
public sealed partial class DutyService
{
    private const int DefaultAnswerSeconds = 60;

    public override async Task<V1.HandOverResponse> HandOver(V1.HandOverRequest request, ServerCallContext context)
    {
        var (territory, role) = (request.Territory.Trim('/'), WireDuty.From(request.Role));
        Task<CommandResult> WriteAsync(OpenWork? open)
        {
            var asked = new DutyRequest(OfficerName.Of(context), request.RequestId, territories());
            return ledger.DecideAsync(t => HandOverCommands.Write(t, asked, territory, role, request.Text, open), context.CancellationToken);
        }

        // Who may not write one has nothing counted for him.
        var result = await WriteAsync(null);
        if (result is { IsDone: true, Entry: null })
        {
            result = await WriteAsync(await ledger.Desk.LookAsync(o => OpenWork.Of(o, territory), context.CancellationToken));
        }

        Require("territory", territory, result);
        return new V1.HandOverResponse { Note = WireDuty.Of(result.Entry!.Body.Duty?.HandOver ?? throw Reused(), NowMicros) };
    }

    public override async Task<V1.TakeOverResponse> TakeOver(V1.TakeOverRequest request, ServerCallContext context)
    {
        var facts = await DoAsync(context, request.RequestId, "hand-over", Text(request.Id), (t, r) => HandOverCommands.Take(t, r, request.Id));
        return new V1.TakeOverResponse { Note = WireDuty.Of(facts.HandOver ?? throw Reused(), NowMicros) };
    }

    public override Task<V1.ListHandOversResponse> ListHandOvers(V1.ListHandOversRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var (size, before) = (Paging.Size(request.PageSize), Paging.Start(request, request.PageToken, long.MaxValue));
        var page = Duty.HandOvers.Values.Reverse().Where(h => h.Id < before && (h.IsOpen || !request.OpenOnly) && DutyRequest.Has(officer, h.Territory)).Take(size + 1).ToList();
        var response = new V1.ListHandOversResponse { NextPageToken = Paging.Next(request, page.Count > size ? page[size - 1].Id : null) };
        response.Notes.AddRange(page.Take(size).Select(h => WireDuty.Of(h, NowMicros)));
        return Task.FromResult(response);
    }

    public override async Task<V1.StartCheckResponse> StartCheck(V1.StartCheckRequest request, ServerCallContext context)
    {
        var (territory, role, answer) = (request.Territory.Trim('/'), WireDuty.From(request.Role), AnswerMicros(request.AnswerSeconds));
        var facts = await DoAsync(context, request.RequestId, "territory", territory, (t, r) => CheckCommands.Start(t, r, territory, role, answer, ledger.Alarm));
        return new V1.StartCheckResponse { Check = Check(facts) };
    }

    public override async Task<V1.AnswerCheckResponse> AnswerCheck(V1.AnswerCheckRequest request, ServerCallContext context)
    {
        var facts = await DoAsync(context, request.RequestId, "check", Text(request.Id), (t, r) => CheckCommands.Reply(t, r, request.Id, request.Note, ledger.Alarm));
        return new V1.AnswerCheckResponse { Check = Check(facts) };
    }

    public override Task<V1.ListChecksResponse> ListChecks(V1.ListChecksRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var (size, before) = (Paging.Size(request.PageSize), Paging.Start(request, request.PageToken, long.MaxValue));
        var page = Duty.Checks.Values.Reverse()
            .Where(c => c.Id < before && (c.State == CheckState.Open || !request.OpenOnly) && DutyRequest.Has(officer, c.Territory)).Take(size + 1).ToList();
        var response = new V1.ListChecksResponse { NextPageToken = Paging.Next(request, page.Count > size ? page[size - 1].Id : null) };
        response.Checks.AddRange(page.Take(size).Select(WireDuty.Of));
        return Task.FromResult(response);
    }

    public override async Task<V1.SetCheckScheduleResponse> SetCheckSchedule(V1.SetCheckScheduleRequest request, ServerCallContext context)
    {
        var schedule = new CheckSchedule
        {
            Territory = request.Territory.Trim('/'), Role = WireDuty.From(request.Role), Zone = request.Zone, PerDay = request.PerDay, Seed = request.Seed,
            FromMinute = WireDuty.Minutes(request.From.Length == 0 ? "00:00" : request.From, "from"),
            ToMinute = WireDuty.Minutes(request.To.Length == 0 ? "24:00" : request.To, "to"), AnswerMicros = AnswerMicros(request.AnswerSeconds), NextMicros = 0,
        };
        await DoAsync(context, request.RequestId, "territory", schedule.Territory, (t, r) => CheckCommands.Schedule(t, r, schedule));
        return new V1.SetCheckScheduleResponse();
    }

    /// <summary>As it is now: it may have ended in the very transaction that began it.</summary>
    private V1.DutyCheck Check(DutyFacts facts)
    {
        var check = facts.Check ?? throw Reused();
        return WireDuty.Of(Duty.Checks.GetValueOrDefault(check.Id) ?? check);
    }

    private static long AnswerMicros(int seconds) => (seconds == 0 ? DefaultAnswerSeconds : seconds) * 1_000_000L;
}
