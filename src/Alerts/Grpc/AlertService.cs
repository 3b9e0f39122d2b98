using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>What duty officers reach over gRPC, gRPC-Web and JSON: the ledger, in the protocol's words.</summary>
public sealed partial class AlertService(Ledger ledger, AlertStreams streams, ILatchedRules latched, TimeProvider time) : V1.AlertService.AlertServiceBase
{
    private const int HistoryEntries = 1_000;

    public override Task Watch(V1.WatchRequest request, IServerStreamWriter<V1.WatchResponse> responseStream, ServerCallContext context) =>
        request.SummarizeAfter is < 0 or > StreamTally.MostBehind
            ? throw GrpcErrors.Invalid("summarize_after", $"is 0 for never, or 1 to {StreamTally.MostBehind}")
            : streams.RunAsync(OfficerName.Of(context), request.After, request.SummarizeAfter, responseStream, context);

    public override async Task<V1.ConfirmDeliveryResponse> ConfirmDelivery(V1.ConfirmDeliveryRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var result = await ledger.ConfirmDeliveryAsync(officer, request.Cursor, context.CancellationToken);
        return result.IsDone
            ? new V1.ConfirmDeliveryResponse { Cursor = ledger.Book.Delivered.GetValueOrDefault(officer.Name, request.Cursor) }
            : throw GrpcErrors.Invalid("cursor", result.Reason);
    }

    public override async Task<V1.ListResponse> List(V1.ListRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var page = await AlertList.ReadAsync(ledger, officer, request, context.CancellationToken);
        var response = new V1.ListResponse { NextPageToken = Paging.Next(request, page.Next) };
        response.Alerts.AddRange(page.Alerts.Select(a => WireAlert.Of(a, officer)));
        return response;
    }

    public override async Task<V1.GetResponse> Get(V1.GetRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var alert = await ledger.FindAlertAsync(request.Id, context.CancellationToken);
        if (alert is null || !officer.Sees(alert))
        {
            throw GrpcErrors.NotFound("alert", request.Id);
        }

        var history = await ledger.ReadHistoryAsync(request.Id, HistoryEntries, context.CancellationToken);
        var response = new V1.GetResponse { Alert = WireAlert.Of(alert, officer) };
        response.History.AddRange(history.Select(WireAlert.Of));
        return response;
    }

    public override async Task<V1.AcknowledgeResponse> Acknowledge(V1.AcknowledgeRequest request, ServerCallContext context)
    {
        var command = Command(context, "acknowledge", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        var result = await ledger.AcknowledgeAsync(command, context.CancellationToken);
        return new V1.AcknowledgeResponse { Alert = Answer(command, result) };
    }

    public override async Task<V1.CloseResponse> Close(V1.CloseRequest request, ServerCallContext context)
    {
        var verdict = VerdictOf(request.Verdict);
        var command = Command(context, $"close {verdict}", request.Id, request.RequestId, request.Note, request.ExpectedSequence);
        var result = await ledger.CloseAsync(command, verdict, context.CancellationToken);
        return new V1.CloseResponse { Alert = Answer(command, result) };
    }

    public override async Task<V1.CommentResponse> Comment(V1.CommentRequest request, ServerCallContext context)
    {
        // Also of one that is over, which the book no longer has: the same words to what has changed since are another comment.
        var seen = request.RequestId.Length > 0 ? 0 : (await ledger.FindAlertAsync(request.Id, context.CancellationToken))?.LastSequence ?? 0;
        var command = Command(context, string.Create(CultureInfo.InvariantCulture, $"comment {seen}"), request.Id, request.RequestId, request.Note, 0);
        var result = await ledger.CommentAsync(command, context.CancellationToken);
        return new V1.CommentResponse { Alert = Answer(command, result) };
    }

    public override async Task<V1.ResetResponse> Reset(V1.ResetRequest request, ServerCallContext context)
    {
        var note = request.Note.Length == 0 ? "Reset." : "Reset: " + request.Note;
        var command = Command(context, "reset", request.Id, request.RequestId, note, request.ExpectedSequence);
        var alert = await ledger.FindAlertAsync(request.Id, context.CancellationToken);
        if (alert is null || !command.Officer.Sees(alert))
        {
            throw GrpcErrors.NotFound("alert", request.Id);
        }

        if (!command.Officer.HasAllOf(alert))
        {
            throw GrpcErrors.Of(StatusCode.PermissionDenied, "BEYOND_YOURS", WorkTable.Say(StepNeeds.AllPlaces));
        }

        if (!alert.IsActive || !latched.IsLatched(alert.RuleId))
        {
            var why = alert.IsActive ? "Its rule is not latched: it ends by itself." : "It is not active.";
            throw GrpcErrors.NotLegal(command.AlertId, "NOT_LATCHED", why, [.. WorkTable.LegalFrom(alert, command.Officer).Select(WireNames.Of)]);
        }

        // On record first: what is done without a trace is worse than a trace of what has to be asked for again.
        var answer = Answer(command, await ledger.CommentAsync(command, context.CancellationToken));
        return latched.Reset(alert.Series)
            ? new V1.ResetResponse { Alert = answer }
            : throw GrpcErrors.Of(StatusCode.Unavailable, "NOT_TAKEN", "The reset was not taken in. Ask again.");
    }

    private AlertCommand Command(ServerCallContext context, string what, string id, string requestId, string note, long expectedSequence)
    {
        if (id.Length is 0 or > 64)
        {
            throw GrpcErrors.Invalid("id", "name the alert");
        }

        var key = requestId.Length > 0 ? requestId : DerivedKey(what, id, note);
        return new AlertCommand(id, OfficerName.Of(context), key, note, expectedSequence == 0 ? null : expectedSequence);
    }

    /// <summary>A client that chose no key gets one from what it asks and what it asks it of: the same request sent twice at once is still one.</summary>
    private string DerivedKey(string what, string id, string note)
    {
        var seen = ledger.Book.Alerts.GetValueOrDefault(id)?.LastSequence ?? 0;
        var text = string.Create(CultureInfo.InvariantCulture, $"{what}\n{id}\n{seen}\n{note}");
        return "auto-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    private static V1.Alert Answer(AlertCommand command, CommandResult result)
    {
        var legal = result.Legal.Select(WireNames.Of).ToList();
        switch (result.Outcome)
        {
            case CommandOutcome.Done:
            case CommandOutcome.AlreadyDone when result.DoneBy?.By == command.Officer.Name:
                return WireAlert.Of(result.Alert!, command.Officer);
            case CommandOutcome.NotFound:
                throw GrpcErrors.NotFound("alert", command.AlertId);
            case CommandOutcome.AlreadyDone:
                throw GrpcErrors.NotLegal(command.AlertId, "ALREADY_DONE", $"{result.DoneBy?.By} has done it. {result.Reason}".TrimEnd(), legal);
            case CommandOutcome.IllegalStep:
                throw GrpcErrors.NotLegal(command.AlertId, "ILLEGAL_STEP", result.Reason, legal);
            case CommandOutcome.NeedsSecondPerson:
                throw GrpcErrors.NotLegal(command.AlertId, "NEEDS_SECOND_PERSON", result.Reason, legal);
            case CommandOutcome.NeedsReason:
                throw GrpcErrors.NotLegal(command.AlertId, "NEEDS_REASON", result.Reason, legal);
            case CommandOutcome.NeedsRectified:
                throw GrpcErrors.NotLegal(command.AlertId, "NEEDS_RECTIFIED", result.Reason, legal);
            case CommandOutcome.NeedsConfirmation:
                throw GrpcErrors.NotLegal(command.AlertId, "NEEDS_CONFIRMATION", result.Reason, legal);
            case CommandOutcome.Beyond:
                throw GrpcErrors.Of(StatusCode.PermissionDenied, "BEYOND_YOURS", result.Reason);
            case CommandOutcome.Stale:
                throw GrpcErrors.Of(StatusCode.Aborted, "STALE", result.Reason);
            default:
                throw GrpcErrors.Of(StatusCode.InvalidArgument, "INVALID_ARGUMENT", result.Reason);
        }
    }
}
