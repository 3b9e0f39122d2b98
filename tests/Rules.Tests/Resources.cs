using System.Text;

namespace PingAnIoT.Rules.Tests;

/// <summary>Text tables that live beside the tests and travel inside the assembly.</summary>
internal static class Resources
{
    /// <summary>The texts whose names begin so.</summary>
    public static IEnumerable<string> Names(string prefix) =>
        typeof(Resources).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public static string Text(string fileName)
    {
        var assembly = typeof(Resources).Assembly;
        var name = assembly.GetManifestResourceNames().Single(n => n == fileName || n.EndsWith("/" + fileName, StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
