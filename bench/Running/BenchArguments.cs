using System.Globalization;

namespace PingAnIoT.Bench;

/// <summary>The arguments of one benchmark: its name, then <c>--name value</c> as its usage has them.</summary>
internal sealed class BenchArguments(string[] args)
{
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
