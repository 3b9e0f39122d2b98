using System.Text.Json;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

public class ExportTests
{
    [Theory]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+86 10", "\"'+86 10\"")]
    [InlineData("-2", "\"'-2\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("  =1", "\"'  =1\"")]
    [InlineData("＝1", "\"'＝1\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("平安路", "\"平安路\"")]
    [InlineData("", "")]
    public void A_text_field_never_starts_a_formula(string text, string field) => LedgerExport.Text(text).Should().Be(field);

    [Fact]
    public async Task The_whole_ledger_comes_out_as_CSV_and_JSON()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        var plant = new Plant();
        ledger.Post(plant.To(Severity.Red, kit.Now));
        ledger.Post(plant.To(Severity.Normal, kit.Now + 1));
        await kit.FlushAsync();
        await ledger.AcknowledgeAsync(new AlertCommand(kit.OnlyAlert().Id, new Officer("王"), "k", "=HYPERLINK(\"http://x\")\nline 2"), default);

        using var csv = new StringWriter();
        (await LedgerExport.WriteAsync(kit.Options, ExportFormat.Csv, csv)).Should().Be(3);
        var lines = csv.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(4);
        lines[1].Should().StartWith("1,2026-03-01T08:00:00.000000Z,Raised,").And.Contain("\"燃气管道超压\"").And.Contain("\"平安路 1 号, \"\"东\"\"门\"");
        lines[3].Should().Contain("\"'=HYPERLINK(\"\"http://x\"\")\nline 2\"");

        using var json = new StringWriter();
        (await LedgerExport.WriteAsync(kit.Options, ExportFormat.Json, json, after: 1)).Should().Be(2);
        var rows = json.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        rows.Select(r => r.GetProperty("sequence").GetInt64()).Should().Equal(2, 3);
        rows[1].GetProperty("body").GetProperty("command").GetProperty("note").GetString().Should().Be("=HYPERLINK(\"http://x\")\nline 2");
    }
}
