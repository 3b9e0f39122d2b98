using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Officers from a comma-separated text.</summary>
public sealed partial class DutyService
{
    private const int MostCsvCharacters = 1_500_000;
    private const string CsvName = "csv";

    public override async Task<V1.ImportOfficersResponse> ImportOfficers(V1.ImportOfficersRequest request, ServerCallContext context)
    {
        if (request.Csv.Length > MostCsvCharacters)
        {
            throw GrpcErrors.Invalid(CsvName, "has more than 1,500,000 characters");
        }

        var actor = OfficerName.Of(context);
        var read = OfficersCsv.Read(request.Csv, CsvName, territories(), actor);
        if (read.Officers is not { } officers)
        {
            throw Wrong(read.Errors);
        }

        _ = request.DryRun ? null : Issuer;
        var report = new OfficerImport(sessions is null ? static _ => true : sessions.HasPassword);
        var result = await ledger.DecideAsync(t => report.Run(t, officers, actor, request.DryRun), context.CancellationToken);
        if (report.Beyond.Count > 0)
        {
            throw GrpcErrors.Of(StatusCode.PermissionDenied, "BEYOND_YOURS", string.Join('\n', report.Beyond));
        }

        if (report.Errors.Count > 0)
        {
            throw Wrong(report.Errors);
        }

        Require(CsvName, result);
        foreach (var gone in officers.Where(o => o.Officer.IsDisabled && !request.DryRun))
        {
            sessions?.EndSessionsOf(gone.Officer.Name);
        }

        return new V1.ImportOfficersResponse { Added = report.Added, Changed = report.Changed, Unchanged = report.Unchanged };
    }

    private static RpcException Wrong(IReadOnlyList<RegisterFileError> errors) =>
        GrpcErrors.Of(StatusCode.InvalidArgument, "INVALID_ARGUMENT", string.Join('\n', errors));
}
