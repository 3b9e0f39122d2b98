using System.Text.RegularExpressions;

namespace PingAnIoT.EndToEnd;

/// <summary>What a document names: links, paths in code marks, commands in sh blocks.</summary>
public sealed partial class MarkdownFile(string path)
{
    private static readonly string[] Rooted = ["src/", "tests/", "bench/", "docs/", "rules/", "proto/", ".ci/"];
    private readonly string text = File.ReadAllText(path);

    public string Name { get; } = Path.GetRelativePath(Repository.Root, path);

    public static IEnumerable<MarkdownFile> All() =>
        Directory.GetFiles(Repository.Root, "*.md")
            .Concat(Directory.GetFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(f => new MarkdownFile(f));

    /// <summary>Relative links, as full paths.</summary>
    public IEnumerable<string> Links() => Link().Matches(text)
        .Select(m => m.Groups[1].Value)
        .Where(l => !l.Contains("://", StringComparison.Ordinal) && !l.StartsWith('#'))
        .Select(l => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, l.Split('#')[0])));

    /// <summary>Paths of the repository in `code marks`, without what a wildcard or a blank follows.</summary>
    public IEnumerable<string> Paths() => CodeMark().Matches(text)
        .Select(m => m.Groups[1].Value.Split(' ')[0].TrimEnd('/', '.', ','))
        .Where(p => Rooted.Any(r => p.StartsWith(r, StringComparison.Ordinal)) && p.IndexOfAny(['*', '{', '<', '…']) < 0);

    /// <summary>The lines of sh blocks, continued lines joined, comments left out.</summary>
    public IEnumerable<string> Commands() => ShellBlock().Matches(text)
        .SelectMany(m => m.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        .Select(l => l.Trim())
        .Where(l => l.Length > 0 && !l.StartsWith('#'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex("(?<!`)`([^`\n]+)`(?!`)", RegexOptions.CultureInvariant)]
    private static partial Regex CodeMark();

    [GeneratedRegex("```(?:sh|bash)\n(.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex ShellBlock();
}
