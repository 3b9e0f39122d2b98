namespace PingAnIoT.EndToEnd;

/// <summary>The one line that a test of THREATS prints.</summary>
public static class ThreatLine
{
    public static void Print(string id, long cases, long failures, string more = "")
    {
        var line = $"{id}: {cases} cases, {failures} failures{(more.Length > 0 ? ", " + more : "")}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}
