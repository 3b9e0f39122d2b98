using System.Text.RegularExpressions;

namespace PingAnIoT.Server.Tests;

/// <summary>The commands that a document tells to run.</summary>
internal static partial class DocumentCommands
{
    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [GeneratedRegex("\"([^\"]*)\"|(\\S+)")]
    private static partial Regex Word { get; }

    /// <summary>Those of a file of docs/, one after the other.</summary>
    public static IReadOnlyList<string> Of(string document) =>
    [
        .. Block.Matches(Text(document))
            .SelectMany(m => m.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
    ];

    public static string Text(string document) => File.ReadAllText(Path.Combine(Root(), "docs", document));

    /// <summary>A command's words, without the program.</summary>
    public static List<string> Words(string command) =>
        [.. Word.Matches(command.Replace("out/pinganiot ", "", StringComparison.Ordinal)).Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value)];

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PingAnIoT.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
