using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Simulators.Tests;

/// <summary>
/// Each parameter says from where it is: a standard that can be looked up, or that it is an assumption. Looked for in the source, so that a number cannot be added without.
/// </summary>
public sealed partial class SourceTests
{
    /// <summary>Signs, halves, squares and cubes, percent, a thousandth and the seconds of an hour: what belongs to a formula or a unit.</summary>
    private static readonly double[] OfFormulas = [0, 0.5, 1, 2, 3, 100, 1000, 3600];

    private static readonly string[] OfInstruments = ["noise", "resolution", "range"];

    public static TheoryData<string> Files { get; } = new(
        Directory.GetFiles(Path.Combine(Root(), "src", "Simulators", "Models"), "*.cs").Select(Path.GetFileName).OfType<string>()
            .Where(f => f is "Course.cs" or "LiftRide.cs" or "ChargeSession.cs" or "Instrument.cs" || (f.EndsWith("Model.cs", StringComparison.Ordinal) && f is not ("DeviceModel.cs" or "PhysicalModel.cs")))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Every_model_and_what_it_is_made_of_is_looked_at() => Files.Should().HaveCount(DeviceModels.All.Count + 4);

    [Fact]
    public void Every_quantity_says_from_where_its_noise_resolution_and_range_are()
    {
        var quantities = DeviceModels.All.SelectMany(m => m.Quantities.Select(q => (Name: $"{m.Kind}/{q.Name}", Quantity: q))).ToList();
        quantities.Should().HaveCountGreaterThan(30).And.AllSatisfy(q =>
        {
            q.Quantity.Source.Should().MatchRegex(Source(), q.Name);
            var isMeasured = q.Quantity.Noise > 0;
            OfInstruments.Where(w => isMeasured && !q.Quantity.Source.Contains(w, StringComparison.Ordinal)).Should().BeEmpty(q.Name);
            (isMeasured || q.Quantity.IsBoolean || q.Quantity.IsCounter || q.Quantity.Source.Contains("without noise", StringComparison.Ordinal)).Should().BeTrue(q.Name);
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_constant_says_from_where_it_is(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Root(), "src", "Simulators", "Models", file));
        var silent = Enumerable.Range(0, lines.Length).Where(i => Constant().IsMatch(lines[i]) && !Source().IsMatch(Comment(lines, i))).Select(i => $"{i + 1}: {lines[i].Trim()}");
        silent.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_number_is_without_a_name(string file)
    {
        var text = File.ReadAllText(Path.Combine(Root(), "src", "Simulators", "Models", file));
        var code = Named().Replace(Said().Replace(text[text.IndexOf("\n{", StringComparison.Ordinal)..], ""), "");
        Number().Matches(code).Select(m => m.Value).Where(n => !OfFormulas.Contains(double.Parse(n.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture))).Should().BeEmpty();
    }

    private static string Comment(string[] lines, int line)
    {
        var first = line;
        while (lines[first - 1].TrimStart().StartsWith("///", StringComparison.Ordinal))
        {
            first--;
        }

        return string.Join(' ', lines[first..line]);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PingAnIoT.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    [GeneratedRegex(@"assumption|textbook|field practice|by definition|with their sources|GB/T \d|GB \d|EN \d|IEC \d|NFPA \d|OIML R \d|RFC \d", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Source();

    [GeneratedRegex(@"^    (private|public|internal) const (double|long) ", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Constant();

    /// <summary>Comments and texts.</summary>
    [GeneratedRegex(@"//[^\n]*|""[^""\n]*""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Said();

    /// <summary>What has a name, and the quantities, which say from where they are.</summary>
    [GeneratedRegex(@"\bconst [^;]*;|\bstatic readonly [^;]*;|Quantities \{ get; \} =\s*\[.*?\n    \];", RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"(?<![\w.])\d[\d_]*(\.\d+)?(e\d+)?(?!\w)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Number();
}
