using System.Xml.Linq;

namespace PingAnIoT.EndToEnd;

/// <summary>The arrows between the projects: which may know which.</summary>
public sealed class ProjectGraphTests
{
    [Theory]
    [InlineData("Rules", "")]
    [InlineData("Ingest", "Rules")]
    [InlineData("Alerts", "Rules")]
    [InlineData("Simulators", "")]
    [InlineData("Server", "Alerts Ingest Rules Simulators")]
    public void A_project_knows_these_and_no_other(string project, string known)
    {
        var file = XDocument.Load(Repository.PathOf("src", project, project + ".csproj"));
        var references = file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!));
        references.Order(StringComparer.Ordinal).Should().Equal(known.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void There_is_no_project_that_this_test_does_not_know() =>
        Directory.GetDirectories(Repository.PathOf("src")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .Should().Equal("Alerts", "Ingest", "Rules", "Server", "Simulators");

    [Fact]
    public void Rules_has_no_package_but_Rx_and_a_YAML_reader()
    {
        var file = XDocument.Load(Repository.PathOf("src", "Rules", "Rules.csproj"));
        file.Descendants("PackageReference").Select(r => (string)r.Attribute("Include")!).Should().BeSubsetOf(["System.Reactive", "YamlDotNet"]);
        file.Descendants("FrameworkReference").Should().BeEmpty();
    }
}
