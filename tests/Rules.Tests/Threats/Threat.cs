namespace PingAnIoT.Rules.Tests;

/// <summary>The one line that each test of a threat prints; it fails with the first failures in it.</summary>
internal static class Threat
{
    private const int Shown = 5;

    public static void Report(string id, long cases, IReadOnlyCollection<string> failures, string note = "")
    {
        var line = $"{id}: {cases} cases, {failures.Count} failures{(note.Length == 0 ? "" : $" ({note})")}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
        string.Join("\n", failures.Take(Shown)).Should().BeEmpty();
    }
}
