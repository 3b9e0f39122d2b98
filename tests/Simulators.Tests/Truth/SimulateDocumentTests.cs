namespace PingAnIoT.Simulators.Tests;

/// <summary>What docs/simulate.md says is so: its timeline is a plan, its sizes are those of the fleets, its sorts those there are.</summary>
public sealed class SimulateDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Root(), "docs", "simulate.md"));

    [Fact]
    public void Its_timelines_are_plans()
    {
        var blocks = Document.Split("```timeline\n").Skip(1).Select(b => b[..b.IndexOf("```", StringComparison.Ordinal)]).ToList();
        blocks.Should().NotBeEmpty();
        foreach (var block in blocks)
        {
            var result = Timeline.Parse(block, "simulate.md");
            result.Errors.Should().BeEmpty();
            result.Plan!.Truth.Should().HaveCountGreaterThan(20);
        }
    }

    [Fact]
    public void Its_fleets_have_their_sizes() =>
        FleetShape.All.Select(s => $"| `{s.Name}` | {s.Devices:N0} | {s.Gateways} |").Should().OnlyContain(row => Document.Contains(row));

    [Fact]
    public void Its_tables_have_every_sort()
    {
        FleetSorts.OfLinks.Concat(FleetSorts.OfSending).Should().OnlyContain(s => Document.Contains($"\n| `{s.Name}` | {(s.Nature == Nature.Nuisance ? "says nothing" : "tells a fault")}"));
        DeviceModels.All.Select(m => Row(m.Kind, m.Sorts)).Append(Row("any", InstrumentSorts.All)).Should().OnlyContain(row => Document.Contains(row));
    }

    private static string Row(string kind, IEnumerable<Sort> sorts) => $"| {kind} | {string.Join(", ", sorts.Select(s => $"`{s.Name}`"))} |";

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PingAnIoT.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
