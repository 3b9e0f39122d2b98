using System.Globalization;
using System.Text.Json;

namespace PingAnIoT.Alerts;

public enum ExportFormat
{
    Csv,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>
/// The ledger as a table for people's own tools. A CSV field that a spreadsheet could take for a formula gets an apostrophe in front.
/// </summary>
public static class LedgerExport
{
    private const int PageEntries = 500;

    private const string CsvHeader =
        "sequence,time,kind,alert,actor,rule,rule_version,title_zh,title_en,basis,series,device,territory,address,owner_unit,"
        + "from,to,event_time,value,threshold,unit,note,verdict,step,due,overdue_seconds,hash";

    /// <summary>Writes all entries after <paramref name="after"/>, in pages, so that a running server is not held up.</summary>
    /// <returns>How many were written.</returns>
    public static async Task<long> WriteAsync(
        LedgerOptions ledger, ExportFormat format, TextWriter to, long after = 0, CancellationToken cancellationToken = default)
    {
        using var connection = ledger.Database.OpenReader();
        if (format == ExportFormat.Csv)
        {
            await to.WriteAsync((CsvHeader + "\r\n").AsMemory(), cancellationToken).ConfigureAwait(false);
        }

        var written = 0L;
        while (true)
        {
            var page = LedgerRows.Query(
                connection, $"SELECT {LedgerRows.EntryColumns} FROM entry WHERE seq > @after ORDER BY seq LIMIT {PageEntries}", LedgerRows.ReadEntry,
                ("@after", after));
            foreach (var entry in page)
            {
                var line = format == ExportFormat.Csv ? CsvLine(entry) + "\r\n" : JsonLine(entry) + "\n";
                await to.WriteAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
            }

            if (page.Count == 0)
            {
                return written;
            }

            written += page.Count;
            after = page[^1].Sequence;
        }
    }

    internal static string CsvLine(LedgerEntry entry)
    {
        var facts = entry.Body.Transition;
        var command = entry.Body.Command;
        var breach = entry.Body.Breach;
        string?[] fields =
        [
            Number(entry.Sequence), Time(entry.TimeMicros), entry.Kind.ToString(), Text(entry.AlertId), Text(entry.Actor),
            Text(facts?.RuleId), Text(facts?.RuleVersion), Text(facts?.TitleZh), Text(facts?.TitleEn), Text(facts?.Basis),
            Text(facts?.Series), Text(facts?.Device), Text(facts?.Territory), Text(facts?.Address), Text(facts?.OwnerUnit),
            facts?.From.ToString(), facts?.To.ToString(), facts is null ? null : Time(facts.EventTimeMicros),
            Number(facts?.WindowValue), Number(facts?.Threshold), Text(facts?.Unit),
            Text(command?.Note), command is null or { Verdict: Verdict.None } ? null : command.Verdict.ToString(),
            breach?.Step.ToString(), breach is null ? null : Time(breach.DueMicros), Number(breach?.OverdueByMicros / 1e6),
            Convert.ToHexStringLower(entry.Hash.Span),
        ];
        return string.Join(',', fields);
    }

    internal static string Text(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        // Spreadsheets also run formulas behind leading blanks and full-width signs.
        var first = value.AsSpan().TrimStart();
        var dangerous = value[0] is '\t' or '\r' or '\n' || (first.Length > 0 && "=+-@＝＋－＠|%".Contains(first[0], StringComparison.Ordinal));
        return $"\"{(dangerous ? "'" : "")}{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string JsonLine(LedgerEntry entry)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = AlertsJson.Readable.Options.Encoder }))
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", entry.Sequence);
            json.WriteString("time", Time(entry.TimeMicros));
            json.WriteString("kind", entry.Kind.ToString());
            json.WriteString("alert", entry.AlertId);
            json.WriteString("actor", entry.Actor);
            json.WriteString("key", entry.Key);
            json.WritePropertyName("body");
            JsonSerializer.Serialize(json, entry.Body, AlertsJson.Readable.EntryBody);
            json.WriteString("previousHash", Convert.ToHexStringLower(entry.PreviousHash.Span));
            json.WriteString("hash", Convert.ToHexStringLower(entry.Hash.Span));
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static string Time(long micros) => Micros.ToTime(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
