using System.Text.RegularExpressions;

namespace PingAnIoT.Bench;

/// <summary>
/// One benchmark. What its usage does not name is no option of it: nothing runs for minutes, or writes results, for a word that was misspelled.
/// </summary>
/// <param name="Name">Its first argument.</param>
/// <param name="Usage">Its options: <c>[--name value]</c> for one that takes a value, <c>[--name]</c> for one that takes none.</param>
/// <param name="RunAsync">Its exit status.</param>
internal sealed partial record BenchVerb(string Name, string Usage, Func<BenchArguments, Task<int>> RunAsync)
{
    /// <returns>What is wrong with the arguments after the name; null for nothing.</returns>
    public string? FaultOf(ReadOnlySpan<string> options)
    {
        var takesValue = Option().Matches(Usage).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Success, StringComparer.Ordinal);
        while (options is [var name, ..])
        {
            if (!takesValue.TryGetValue(name, out var hasValue))
            {
                return $"'{name}' is no option of {Name}";
            }

            options = options[1..];
            if (!hasValue)
            {
                continue;
            }

            if (options is [] || options[0].StartsWith("--", StringComparison.Ordinal))
            {
                return $"{name} takes a value";
            }

            options = options[1..];
        }

        return null;
    }

    [GeneratedRegex(@"\[(?<name>--[a-z-]+)(?<value> [^\]]+)?\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Option();
}
