using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>One run of <c>rules test</c>. What is wrong with one file keeps no other from being played.</summary>
/// <param name="terminal">Where it is said.</param>
/// <param name="rulesPath">A rule file or a folder of them; null for what stands beside each scenario file.</param>
internal sealed class ScenarioTest(Terminal terminal, string? rulesPath)
{
    public const string Extension = ".scenarios.txt";

    /// <summary>By path; null where they cannot be used, which was said.</summary>
    private readonly Dictionary<string, RuleSet?> rules = new(StringComparer.Ordinal);

    private int passed;
    private int failed;
    private int status = ExitCode.Done;

    /// <returns>An <see cref="ExitCode"/>: the worst of all.</returns>
    public async Task<int> RunAsync(string[] paths, CancellationToken cancellationToken)
    {
        foreach (var file in paths.SelectMany(Files))
        {
            await PlayFileAsync(file, cancellationToken);
        }

        await terminal.Out.WriteLineAsync($"{passed + failed} scenarios: {passed} passed, {failed} failed");
        return status;
    }

    private static IEnumerable<string> Files(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        var files = Directory.GetFiles(path, "*" + Extension);
        return files.Length == 0 ? [Path.Combine(path, "*" + Extension)] : files.Order(StringComparer.Ordinal);
    }

    private async Task PlayFileAsync(string file, CancellationToken cancellationToken)
    {
        if (await FileCheck.ReadAsync(file, terminal, cancellationToken) is not { } text)
        {
            status = ExitCode.Usage;
            return;
        }

        var (scenarios, errors) = Scenario.Parse(text, file, Catalog.Default);
        foreach (var error in errors)
        {
            status = Math.Max(status, ExitCode.No);
            await terminal.Out.WriteLineAsync(error.ToString());
        }

        if (await RulesAsync(rulesPath ?? Beside(file)) is not { } tested)
        {
            return;
        }

        foreach (var scenario in scenarios)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await PlayAsync(scenario, tested);
        }
    }

    private async Task PlayAsync(Scenario scenario, RuleSet tested)
    {
        var failures = scenario.Run(tested, Catalog.Default);
        await terminal.Out.WriteLineAsync($"{(failures.Count == 0 ? "passed" : "FAILED")}  {scenario.File}:{scenario.Line}  {scenario.Name}");
        foreach (var failure in failures)
        {
            await terminal.Out.WriteLineAsync($"  {failure}");
        }

        passed += failures.Count == 0 ? 1 : 0;
        failed += failures.Count == 0 ? 0 : 1;
        status = Math.Max(status, failures.Count == 0 ? ExitCode.Done : ExitCode.No);
    }

    /// <summary>The folder that a scenario file is in, if it has rule files; "" for the default rules.</summary>
    private static string Beside(string file)
    {
        var folder = Path.GetDirectoryName(file) is { Length: > 0 } named ? named : ".";
        return RuleFolder.HasRules(folder) ? folder : "";
    }

    /// <summary>Reads them, and says what they are or what is wrong with them, once.</summary>
    private async Task<RuleSet?> RulesAsync(string path)
    {
        if (rules.TryGetValue(path, out var known))
        {
            return known;
        }

        if (path.Length > 0 && !Path.Exists(path))
        {
            await terminal.Error.WriteLineAsync($"{path}: no such file or folder");
            status = ExitCode.Usage;
            return rules[path] = null;
        }

        var (read, errors) = path.Length == 0
            ? RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, Catalog.Default)
            : RuleFolder.Parse(path, Catalog.Default);
        foreach (var error in errors)
        {
            status = Math.Max(status, ExitCode.No);
            await terminal.Out.WriteLineAsync(error.ToString());
        }

        if (read is not null)
        {
            await terminal.Out.WriteLineAsync($"{(path.Length == 0 ? "the default rules" : path)}: {read.Rules.Count} rules");
        }

        return rules[path] = read;
    }
}
