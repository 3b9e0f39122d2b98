using System.Globalization;
using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>Maintenance windows: planned with a look at what they would catch, confirmed, ended and listed.</summary>
/// <param name="ledger">Where they are.</param>
/// <param name="territories">As they are now.</param>
/// <param name="time">For what is asked about now; what is decided is decided by the ledger's clock.</param>
public sealed class MaintenanceService(Ledger ledger, Func<TerritoryTree> territories, TimeProvider time) : V1.MaintenanceService.MaintenanceServiceBase
{
    public override async Task<V1.PlanMaintenanceResponse> PlanMaintenance(V1.PlanMaintenanceRequest request, ServerCallContext context)
    {
        var window = WireMaintenance.From(request.Window);
        if (!request.ValidateOnly)
        {
            return new V1.PlanMaintenanceResponse { Window = await DoAsync(context, request.RequestId, window.Scope.Territory, (t, r) => MaintenanceCommands.Plan(t, r, window)) };
        }

        var asked = new DutyRequest(OfficerName.Of(context), "", territories());
        Require(window.Scope.Territory, await ledger.DecideAsync(t => MaintenanceCommands.Plan(t, asked, window, isTrial: true), context.CancellationToken));
        var outlook = await HeldBackOutlook.OfAsync(ledger, asked.Officer, window.Scope, window.AsksRed, holdsBreaches: true, time, context.CancellationToken);
        var trial = window with { By = asked.Officer.Name, FromMicros = Math.Max(window.FromMicros, Micros.Now(time)) };
        return new V1.PlanMaintenanceResponse { Window = WireMaintenance.Of(trial, [], Micros.Now(time)), Preview = WireMaintenance.Of(outlook, asked.Officer) };
    }

    public override async Task<V1.ConfirmRedMaintenanceResponse> ConfirmRedMaintenance(V1.ConfirmRedMaintenanceRequest request, ServerCallContext context) => new()
    {
        Window = await DoAsync(context, request.RequestId, Text(request.Id), (t, r) => MaintenanceCommands.ConfirmRed(t, r, request.Id)),
    };

    public override async Task<V1.EndMaintenanceResponse> EndMaintenance(V1.EndMaintenanceRequest request, ServerCallContext context) => new()
    {
        Window = await DoAsync(context, request.RequestId, Text(request.Id), (t, r) => MaintenanceCommands.End(t, r, request.Id)),
    };

    public override async Task<V1.ListMaintenanceResponse> ListMaintenance(V1.ListMaintenanceRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var (size, before) = (Paging.Size(request.PageSize), Paging.Start(request, request.PageToken, long.MaxValue));
        var (book, now) = (ledger.Book, Micros.Now(time));
        var page = book.Duty.Maintenance.Concat(request.IncludeEnded ? book.Duty.PastMaintenance.Values : [])
            .Where(w => w.Id < before && Concerns(officer, w.Scope)).OrderByDescending(w => w.Id).Take(size + 1).ToList();
        var response = new V1.ListMaintenanceResponse { NextPageToken = Paging.Next(request, page.Count > size ? page[size - 1].Id : null) };
        var own = page.Count == 0 ? [] : await ledger.Desk.ListAsync(officer, o => Under(o.Of(officer with { StandsIn = null })).ToList(), context.CancellationToken);
        response.Windows.AddRange(page.Take(size).Select(w => WireMaintenance.Of(w, own, now)));
        return response;
    }

    private static IEnumerable<PackedAlert> Under(IEnumerable<PlaceRun> runs) => OrderedBook.Each(runs).Where(a => a.Maintenance is not null);

    /// <summary>Within his territory; or around it, as long as it names no device or gateway that may be another's.</summary>
    private static bool Concerns(Officer officer, AlertScope scope) =>
        DutyRequest.Has(officer, scope.Territory)
        || (PlaceText.Covers(scope.Territory, officer.Territory) && scope.Device.Length == 0 && scope.Gateway.Length == 0);

    private async Task<V1.MaintenanceWindow> DoAsync(
        ServerCallContext context, string requestId, string name, Func<LedgerTransaction, DutyRequest, CommandResult> decide)
    {
        var request = new DutyRequest(OfficerName.Of(context), requestId, territories());
        var result = await ledger.DecideAsync(t => decide(t, request), context.CancellationToken);
        Require(name, result);
        var window = result.Entry!.Body.Duty?.Maintenance ?? throw GrpcErrors.Invalid("request_id", "has been used for something else");
        var under = await ledger.Desk.LookAsync(o => Under(o.Of(new Officer(""))).Where(a => a.Maintenance!.Window == window.Id).ToList(), context.CancellationToken);
        return WireMaintenance.Of(window, under, Micros.Now(time));
    }

    private static void Require(string name, CommandResult result)
    {
        switch (result.Outcome)
        {
            case CommandOutcome.Done:
                return;
            case CommandOutcome.NotFound:
                throw GrpcErrors.NotFound(name.Length > 0 && char.IsDigit(name[0]) ? "maintenance window" : "territory", name);
            case CommandOutcome.IllegalStep:
                throw GrpcErrors.Of(StatusCode.FailedPrecondition, "ILLEGAL_STEP", result.Reason);
            default:
                throw GrpcErrors.Invalid("window", result.Reason);
        }
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
