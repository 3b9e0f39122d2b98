using System.Globalization;
using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>Incidents, as an officer of a territory sees them: of the alerts that are his, and of no others, not even their number.</summary>
public sealed class IncidentService(Ledger ledger) : V1.IncidentService.IncidentServiceBase
{
    public override async Task<V1.ListIncidentsResponse> ListIncidents(V1.ListIncidentsRequest request, ServerCallContext context)
    {
        var (officer, size, before) = (OfficerName.Of(context), Paging.Size(request.PageSize), Paging.Start(request, request.PageToken, long.MaxValue));
        var page = await ledger.Desk.ListAsync(officer, o => IncidentList.Open(o, officer, IsAsked, before, size + 1), context.CancellationToken);
        var response = new V1.ListIncidentsResponse();
        response.Incidents.AddRange(page.Take(size).Select(i => WireIncident.Of(i.Read())));
        response.NextPageToken = Paging.Next(request, page.Count > size ? page[size - 1].Id : null);
        return response;

        bool IsAsked(IncidentCause cause) => request.Cause == V1.IncidentCause.Unspecified || request.Cause == WireIncident.Of(cause);
    }

    public override async Task<V1.GetIncidentResponse> GetIncident(V1.GetIncidentRequest request, ServerCallContext context)
    {
        if (!long.TryParse(request.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == 0)
        {
            // An alert of none has 0 for its incident.
            throw GrpcErrors.NotFound("incident", request.Id);
        }

        var officer = OfficerName.Of(context);
        var page = await IncidentList.ReadAsync(
            ledger, officer, id, request.IncludeClosed, Paging.Start(request, request.PageToken, 0), Paging.Size(request.PageSize),
            context.CancellationToken);
        if (page.Incident is null && request.PageToken.Length == 0)
        {
            throw GrpcErrors.NotFound("incident", request.Id);
        }

        var response = new V1.GetIncidentResponse
        {
            Incident = page.Incident is null ? null : WireIncident.Of(page.Incident), NextPageToken = Paging.Next(request, page.Next),
        };
        response.Alerts.AddRange(page.Alerts.Select(a => WireAlert.Of(a, officer)));
        return response;
    }
}
