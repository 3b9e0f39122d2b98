using System.Globalization;

namespace PingAnIoT.Bench;

/// <summary>Picks the benchmark named by the first argument.</summary>
internal static class BenchMenu
{
    public static async Task<int> RunAsync(string[] args)
    {
        var options = new BenchArguments(args);
        switch (options.Verb)
        {
            case "generator":
                return await GeneratorBench.RunAsync(options);
            case "decode":
                return DecodeBenchmark.Run(Console.Out);
            default:
                Console.WriteLine("usage: dotnet run -c Release --project bench -- generator [--connections N] [--devices N] [--pack N] [--seconds S]");
                Console.WriteLine("       dotnet run -c Release --project bench -- decode");
                return 2;
        }
    }
}

/// <summary>The arguments of one benchmark: a verb, then <c>--name value</c>.</summary>
internal sealed class BenchArguments(string[] args)
{
    public string Verb => args.Length > 0 ? args[0] : "";

    public string? Text(string name)
    {
        var at = Array.IndexOf(args, "--" + name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    public double Number(string name, double otherwise) =>
        Text(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public int Count(string name, int otherwise) => (int)Number(name, otherwise);

    public bool Has(string name) => Array.IndexOf(args, "--" + name) >= 0;
}
