using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>What came of the alerts of a period, for whoever may see them.</summary>
/// <param name="ledger">What is counted.</param>
/// <param name="desk">How many are made at a time.</param>
/// <param name="territories">As they are now.</param>
/// <param name="time">What day it is where none is named.</param>
public sealed class ReportService(Ledger ledger, ReportDesk desk, Func<TerritoryTree> territories, TimeProvider time) : V1.ReportService.ReportServiceBase
{
    private const int MostShiftsTold = 5_000;

    public override Task<V1.GetReportResponse> GetReport(V1.GetReportRequest request, ServerCallContext context)
    {
        var asked = new Asked(request.Period, request.Date, request.Territory, request.UpToSequence);
        return MakeAsync(asked, context, async (report, wire, _) =>
            WireReport.Of(wire, await report.CountAsync(LevelOf(request.Level), context.CancellationToken).ConfigureAwait(false)));
    }

    public override Task<V1.GetHeatMapResponse> GetHeatMap(V1.GetHeatMapRequest request, ServerCallContext context)
    {
        var asked = new Asked(request.Period, request.Date, request.Territory, request.UpToSequence);
        return MakeAsync(asked, context, async (report, wire, _) =>
            WireReport.Of(wire, await report.HeatAsync(LevelOf(request.Level), request.ByDay, context.CancellationToken).ConfigureAwait(false)));
    }

    public override Task<V1.GetKpisResponse> GetKpis(V1.GetKpisRequest request, ServerCallContext context)
    {
        var asked = new Asked(request.Period, request.Date, request.Territory, request.UpToSequence);
        return MakeAsync(asked, context, async (report, wire, scope) =>
        {
            var end = await report.EndMicrosAsync(context.CancellationToken).ConfigureAwait(false);
            var duty = new DutyLoad(scope.Book.Duty, territories(), scope.Span.FromMicros, end);

            // Those of the officer's own places are told of, also where nothing came; who stands in for them elsewhere is not his to know.
            var own = scope.Book.Duty.Posts.Keys
                .Where(p => p.Role == OfficerRoles.Officer && DutyRequest.Has(scope.Within, p.Territory)).Select(p => p.Territory).Order(StringComparer.Ordinal).ToList();
            var shifts = new List<ShiftLoad>();
            foreach (var post in own)
            {
                shifts.AddRange(duty.Post(post));
                if (shifts.Count > MostShiftsTold)
                {
                    throw new ReportTooWideException($"There are more than {MostShiftsTold} shifts; ask for a shorter period, or for one territory.");
                }
            }

            return WireReport.Of(wire, await report.BearAsync(duty, end, context.CancellationToken).ConfigureAwait(false), shifts, ledger.Policy.Flapping);
        });
    }

    private async Task<T> MakeAsync<T>(Asked asked, ServerCallContext context, Func<ReportReader, V1.ReportSpan, Scope, Task<T>> make)
    {
        var officer = OfficerName.Of(context);
        var scope = ScopeOf(asked, officer);
        using var place = desk.TryEnter(officer.Name, out var isOwn) ?? throw GrpcErrors.Of(
            StatusCode.ResourceExhausted, "REPORTS_BUSY",
            isOwn ? "A report of yours is being made; ask again when it is done." : "Enough reports are being made; ask again in a while.");

        // His own alone: a report asked for again says the same, whoever is on duty.
        var own = officer with { StandsIn = null };
        var report = new ReportReader(
            ledger, scope.Book, scope.Span,
            places => own.Sees(places, asked.Place));
        try
        {
            var end = await report.EndMicrosAsync(context.CancellationToken).ConfigureAwait(false);
            var wire = new V1.ReportSpan
            {
                Period = asked.Period == V1.ReportPeriod.Unspecified ? V1.ReportPeriod.Daily : asked.Period, From = WireTime.Of(scope.Span.FromMicros),
                To = WireTime.Of(scope.Span.ToMicros), Zone = scope.Span.Zone.Id, Territory = asked.Place, UpToSequence = scope.Span.UpTo,
                Unfinished = end < scope.Span.ToMicros,
            };
            return await make(report, wire, scope).ConfigureAwait(false);
        }
        catch (ReportTooWideException wide)
        {
            throw GrpcErrors.Of(StatusCode.ResourceExhausted, "TOO_WIDE", wide.Message);
        }
        catch (LedgerException)
        {
            throw GrpcErrors.Of(StatusCode.Unavailable, "TOO_SLOW", "The ledger is too busy to be read now; ask again in a while.");
        }
    }

    private Scope ScopeOf(Asked asked, Officer officer)
    {
        if (asked.Place.Length > 0 && !(TerritoryPath.IsValid(asked.Place) && DutyRequest.Has(officer, asked.Place) && territories().Knows(asked.Place)))
        {
            throw GrpcErrors.NotFound("territory", asked.Place);
        }

        var (book, zone) = (ledger.Book, ledger.Policy.Calendar.Zone);
        if (asked.UpTo < 0 || asked.UpTo > book.Sequence)
        {
            throw GrpcErrors.Invalid("up_to_sequence", "there is no such entry yet");
        }

        var day = asked.Date.Length == 0
            ? DateOnly.FromDateTime(LocalClock.Local(zone, Micros.Now(time)))
            : ReportSpan.Day(asked.Date) ?? throw GrpcErrors.Invalid("date", "is a day such as 2026-11-23");
        var span = ReportSpan.Of(PeriodOf(asked.Period), day, zone) with { UpTo = asked.UpTo == 0 ? book.Sequence : asked.UpTo };
        return new Scope(span, book, asked.Place.Length > 0 ? new Officer("", asked.Place) : officer);
    }

    private static ReportPeriod PeriodOf(V1.ReportPeriod period) => period switch
    {
        V1.ReportPeriod.Unspecified or V1.ReportPeriod.Daily => ReportPeriod.Day,
        V1.ReportPeriod.Weekly => ReportPeriod.Week,
        V1.ReportPeriod.Monthly => ReportPeriod.Month,
        V1.ReportPeriod.Quarterly => ReportPeriod.Quarter,
        _ => throw GrpcErrors.Invalid("period", "is daily, weekly, monthly or quarterly"),
    };

    private static int LevelOf(V1.TerritoryLevel level) => level switch
    {
        V1.TerritoryLevel.Unspecified => 1,
        >= V1.TerritoryLevel.District and <= V1.TerritoryLevel.Grid => (int)level,
        _ => throw GrpcErrors.Invalid("level", "is district, street, community or grid"),
    };

    /// <summary>What all three calls ask for.</summary>
    private sealed record Asked(V1.ReportPeriod Period, string Date, string Territory, long UpTo)
    {
        public string Place { get; } = Territory.Trim('/');
    }

    /// <summary>What is counted, and of which places.</summary>
    private sealed record Scope(ReportSpan Span, BookSnapshot Book, Officer Within);
}
