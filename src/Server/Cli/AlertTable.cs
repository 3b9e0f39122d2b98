using System.Globalization;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary>Alerts as a table: the worst first, then the newest.</summary>
internal static class AlertTable
{
    private const int Rows = 40;

    public static Table Of(IReadOnlyCollection<V1.Alert> alerts)
    {
        var table = new Table().Border(TableBorder.Simple).Expand();
        table.AddColumns("", "alert", "what", "where", "value", "since", "work");
        foreach (var alert in alerts.OrderBy(a => AlertText.Rank(a.Severity)).ThenByDescending(a => a.RecordTime.Seconds).Take(Rows))
        {
            table.AddRow(
                new Markup($"[{AlertText.Colour(alert.Severity).ToMarkup()}]{AlertText.Word(alert.Severity)}[/]"),
                new Text(alert.Id),
                new Text($"{alert.Title?.Zh} {alert.Title?.En}"),
                new Text($"{alert.Kind}/{alert.Device} {alert.Address}".TrimEnd()),
                new Text(AlertText.Value(alert)),
                new Text(alert.RaiseTime.ToDateTimeOffset().ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
                new Text(AlertText.Work(alert)));
        }

        if (alerts.Count > Rows)
        {
            table.Caption($"and {alerts.Count - Rows} more");
        }

        return table;
    }
}
