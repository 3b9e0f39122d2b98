namespace PingAnIoT.Bench;

/// <summary>
/// The closed loop at its sizes, each part a command of its own: a storm of alerts that people then work off, a book of a million alerts, a thousand
/// officers' streams. <c>--small</c> is what CI runs: it says the figures and fails only when something is lost.
/// </summary>
internal static class LoopBench
{
    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        switch (arguments.Text("part"))
        {
            case "storm":
                return await StormPart.RunAsync(arguments);
            case "book":
                return await BookPart.RunAsync(arguments);
            case "streams":
                return await StreamsPart.RunAsync(arguments);
            case null:
                return Math.Max(await StormPart.RunAsync(arguments), Math.Max(await StreamsPart.RunAsync(arguments), await BookPart.RunAsync(arguments)));
            default:
                Console.WriteLine("--part is storm, book or streams");
                return 2;
        }
    }

    /// <summary>Keeps the result, but for what is too small to be one.</summary>
    public static void Keep(Report report, string part, BenchArguments arguments)
    {
        if (arguments.Has("small") || arguments.Has("no-results"))
        {
            report.Print();
        }
        else
        {
            report.Write("loop-" + part);
        }
    }

    public static string Said(bool isMet) => isMet ? "met" : "missed";
}
