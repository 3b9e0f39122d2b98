using System.Diagnostics;
using System.Globalization;
using PingAnIoT.Alerts;

namespace PingAnIoT.Bench;

/// <summary>What it takes to list the book: a page of 50 by officers of the city and of a street, incidents, and the order of a stream's open book.</summary>
internal static class ListCost
{
    private const int PageAlerts = 50;
    private const int Rounds = 20;

    public static async Task MeasureAsync(Report report, Ledger ledger)
    {
        var (city, street) = (new Officer("city"), new Officer("street", "d3/s4"));
        var first = await TimeAsync(() => ledger.Desk.LookAsync(o => o.OpenCount, CancellationToken.None));
        report.Row("the order of the book, made for the first list", Said(first), "", "");
        var oldest = ledger.Book.Alerts.Values.MinBy(a => a.FirstSequence)!;
        await RowAsync("a page of 50, the whole city", () => ListAsync(city, new V1.ListRequest()));
        await RowAsync("a page of 50, a street", () => ListAsync(street, new V1.ListRequest()));
        await RowAsync("a page of 50, the city's of a colour that there is not", () => ListAsync(city, new V1.ListRequest { PeakSeverity = V1.Severity.Red }));
        await RowAsync("the city's of one device, the oldest", () => ListAsync(city, new V1.ListRequest { Device = oldest.Device }));
        await RowAsync("a page of 50 incidents, the whole city", () => IncidentsAsync(city));
        await RowAsync("a page of 50 incidents, a street", () => IncidentsAsync(street));
        await RowAsync("what silence would catch, by kind", () => ledger.Desk.ListAsync(city, o => HeldBackOutlook.OpenNow(o, new AlertScope { Kind = oldest.Kind }).Worst, CancellationToken.None));
        await RowAsync("a stream's open book, a street", () => ledger.Desk.LookAsync(o => OrderedBook.All(o.Of(street)), CancellationToken.None));

        Task<AlertPage> ListAsync(Officer officer, V1.ListRequest request)
        {
            request.PageSize = PageAlerts;
            return AlertList.ReadAsync(ledger, officer, request, CancellationToken.None);
        }

        Task<List<Incident>> IncidentsAsync(Officer officer) => ledger.Desk.ListAsync(
            officer, o => IncidentList.Open(o, officer, _ => true, long.MaxValue, PageAlerts + 1).ConvertAll(i => i.Read()), CancellationToken.None);

        async Task RowAsync<T>(string what, Func<Task<T>> list)
        {
            var took = new List<(double Millis, long Bytes)>();
            for (var i = 0; i < Rounds; i++)
            {
                took.Add(await TimeAsync(list));
            }

            report.Row(what, Said(took.OrderBy(t => t.Millis).ElementAt(Rounds / 2)), "", "");
        }
    }

    /// <summary>Nobody else is at the desk, so that all is done on the caller's thread.</summary>
    private static async Task<(double Millis, long Bytes)> TimeAsync<T>(Func<Task<T>> list)
    {
        var (bytes, begun) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        await list();
        return (Stopwatch.GetElapsedTime(begun).TotalMilliseconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    private static string Said((double Millis, long Bytes) took) => string.Create(CultureInfo.InvariantCulture, $"{took.Millis:F2} ms, {took.Bytes / 1024.0:N0} KiB");
}
