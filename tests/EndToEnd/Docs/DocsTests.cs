using System.Text.RegularExpressions;

namespace PingAnIoT.EndToEnd;

/// <summary>What the documents name is there.</summary>
public sealed partial class DocsTests
{
    /// <summary>Where the documents publish the program to.</summary>
    private const string Published = "out/pinganiot";

    [Fact]
    public void Every_link_leads_somewhere() =>
        MarkdownFile.All().SelectMany(f => f.Links().Where(l => !Exists(l)).Select(l => $"{f.Name} -> {l}")).Should().BeEmpty();

    [Fact]
    public void Every_path_in_code_marks_is_there() =>
        MarkdownFile.All().SelectMany(f => f.Paths().Where(p => !Exists(Repository.PathOf(p))).Select(p => $"{f.Name}: {p}")).Should().BeEmpty();

    [Fact]
    public void There_are_links_paths_and_commands_to_check()
    {
        MarkdownFile.All().Sum(f => f.Links().Count()).Should().BeGreaterThan(5);
        MarkdownFile.All().Sum(f => f.Paths().Count()).Should().BeGreaterThan(10);
        MarkdownFile.All().Sum(f => f.Commands().Count()).Should().BeGreaterThan(3);
    }

    [Fact]
    public void Every_project_and_program_in_a_command_is_there()
    {
        var missing = new List<string>();
        foreach (var file in MarkdownFile.All())
        {
            foreach (var command in file.Commands())
            {
                missing.AddRange(ProjectArgument().Matches(command).Select(m => m.Groups[1].Value)
                    .Where(p => !Exists(Repository.PathOf(p))).Select(p => $"{file.Name}: {command}: no project {p}"));
                var program = command.Split(' ')[0];
                if (program.Contains('/', StringComparison.Ordinal) && !program.StartsWith('/') && program != Published && !Exists(Repository.PathOf(program)))
                {
                    missing.Add($"{file.Name}: {command}: no {program}");
                }
            }
        }

        missing.Should().BeEmpty();
    }

    [Fact]
    public async Task Every_verb_in_a_command_is_a_verb()
    {
        var verbs = MarkdownFile.All().SelectMany(f => f.Commands()).Select(c => Verb().Match(c)).Where(m => m.Success).Select(m => m.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
        verbs.Should().Contain("demo");
        foreach (var verb in verbs)
        {
            var result = await PinganProcess.VerbAsync(verb, "--help");
            result.ExitCode.Should().Be(0, result.ToString());
            result.Output.Should().Contain(verb);
        }
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    [GeneratedRegex(@"(?:--project src/Server -- |^(?:out/)?pinganiot )([a-z-]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Verb();

    [GeneratedRegex(@"--project\s+(\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex ProjectArgument();
}
