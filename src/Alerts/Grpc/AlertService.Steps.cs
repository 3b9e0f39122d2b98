using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <content>The steps of the work between acknowledging and closing, and what lays an alert aside.</content>
public sealed partial class AlertService
{
    public override async Task<V1.SeeResponse> See(V1.SeeRequest request, ServerCallContext context)
    {
        var command = Command(context, "see", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.SeeResponse { Alert = Answer(command, await ledger.SeeAsync(command, context.CancellationToken)) };
    }

    public override async Task<V1.TriageResponse> Triage(V1.TriageRequest request, ServerCallContext context)
    {
        var verdict = VerdictOf(request.Verdict);
        var command = Command(context, $"triage {verdict}", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.TriageResponse { Alert = Answer(command, await ledger.TriageAsync(command, verdict, context.CancellationToken)) };
    }

    public override async Task<V1.ReportResponse> Report(V1.ReportRequest request, ServerCallContext context)
    {
        var to = request.To.Trim('/');
        var command = Command(context, $"report {to}", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.ReportResponse { Alert = Answer(command, await ledger.ReportAsync(command, to, context.CancellationToken)) };
    }

    public override async Task<V1.DispatchResponse> Dispatch(V1.DispatchRequest request, ServerCallContext context)
    {
        if (string.IsNullOrWhiteSpace(request.To))
        {
            throw GrpcErrors.Invalid("to", "say to whom");
        }

        var command = Command(context, $"dispatch {request.To}", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.DispatchResponse { Alert = Answer(command, await ledger.DispatchAsync(command, request.To, context.CancellationToken)) };
    }

    public override async Task<V1.ArriveResponse> Arrive(V1.ArriveRequest request, ServerCallContext context)
    {
        var command = Command(context, "arrive", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.ArriveResponse { Alert = Answer(command, await ledger.ArriveAsync(command, context.CancellationToken)) };
    }

    public override async Task<V1.RectifyResponse> Rectify(V1.RectifyRequest request, ServerCallContext context)
    {
        var command = Command(context, "rectify", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.RectifyResponse { Alert = Answer(command, await ledger.RectifyAsync(command, context.CancellationToken)) };
    }

    public override async Task<V1.ConfirmResponse> Confirm(V1.ConfirmRequest request, ServerCallContext context)
    {
        var command = Command(context, "confirm", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.ConfirmResponse { Alert = Answer(command, await ledger.ConfirmAsync(command, context.CancellationToken)) };
    }

    public override async Task<V1.ShelveResponse> Shelve(V1.ShelveRequest request, ServerCallContext context)
    {
        var within = request.Duration?.ToTimeSpan() ?? TimeSpan.Zero;
        if (within <= TimeSpan.Zero)
        {
            throw GrpcErrors.Invalid("duration", "say for how long, such as \"1800s\"");
        }

        var command = Command(context, $"shelve {within.Ticks}", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        var alert = Answer(command, await ledger.ShelveAsync(command, within, context.CancellationToken, request.ValidateOnly));

        // A shelf holds all but missed deadlines back, red too.
        return new V1.ShelveResponse { Alert = alert, Preview = request.ValidateOnly ? await PreviewAsync(command, holdsRed: true, holdsBreaches: false, context) : null };
    }

    /// <summary>What laying the alert aside would hold back of its series under its rule.</summary>
    private async Task<V1.HeldBackPreview> PreviewAsync(AlertCommand command, bool holdsRed, bool holdsBreaches, ServerCallContext context)
    {
        var scope = AlertScope.Of(ledger.Book.Alerts.GetValueOrDefault(command.AlertId) ?? throw GrpcErrors.NotFound("alert", command.AlertId));
        return WireMaintenance.Of(await HeldBackOutlook.OfAsync(ledger, command.Officer, scope, holdsRed, holdsBreaches, time, context.CancellationToken), command.Officer);
    }

    public override async Task<V1.UnshelveResponse> Unshelve(V1.UnshelveRequest request, ServerCallContext context)
    {
        var command = Command(context, "unshelve", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.UnshelveResponse { Alert = Answer(command, await ledger.UnshelveAsync(command, context.CancellationToken)) };
    }

    public override async Task<V1.TakeOutOfServiceResponse> TakeOutOfService(V1.TakeOutOfServiceRequest request, ServerCallContext context)
    {
        var within = request.Duration?.ToTimeSpan();
        if (within <= TimeSpan.Zero)
        {
            throw GrpcErrors.Invalid("duration", "say for how long, such as \"7200s\", or leave it out for as long as may be");
        }

        var command = Command(context, $"out of service {within?.Ticks}", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        var alert = Answer(command, await ledger.TakeOutOfServiceAsync(command, within, context.CancellationToken, request.ValidateOnly));

        // What gets worse is told: no red is held back of what was never red.
        var holdsRed = alert.PeakSeverity == V1.Severity.Red;
        return new V1.TakeOutOfServiceResponse { Alert = alert, Preview = request.ValidateOnly ? await PreviewAsync(command, holdsRed, holdsBreaches: true, context) : null };
    }

    public override async Task<V1.ReturnToServiceResponse> ReturnToService(V1.ReturnToServiceRequest request, ServerCallContext context)
    {
        var command = Command(context, "return", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        return new V1.ReturnToServiceResponse { Alert = Answer(command, await ledger.ReturnToServiceAsync(command, context.CancellationToken)) };
    }

    private static Verdict VerdictOf(V1.Verdict wire) => WireNames.From(wire) is var verdict and not Verdict.None
        ? verdict
        : throw GrpcErrors.Invalid("verdict", "say what it was: VERDICT_REAL, VERDICT_FALSE, VERDICT_TEST or VERDICT_REPAIR");
}
