using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>What <c>rules check</c> and <c>policy check</c> do: says everything that is wrong with files, or what is in them.</summary>
internal static class FileCheck
{
    /// <param name="files">Paths.</param>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="parse">From text and name to what a sound file holds, or null, its errors, and what is not wrong and yet hardly meant.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>An <see cref="ExitCode"/>: the worst of all.</returns>
    public static async Task<int> RunAsync(
        string[] files, Terminal terminal, Func<string, string, (string? Holds, IReadOnlyList<RuleFileError> Errors, IReadOnlyList<string> Remarks)> parse, CancellationToken cancellationToken)
    {
        var status = ExitCode.Done;
        foreach (var file in files)
        {
            if (await ReadAsync(file, terminal, cancellationToken) is not { } text)
            {
                status = ExitCode.Usage;
                continue;
            }

            var (holds, errors, remarks) = parse(text, file);
            foreach (var error in errors)
            {
                await terminal.Out.WriteLineAsync(error.ToString());
            }

            foreach (var remark in remarks)
            {
                await terminal.Out.WriteLineAsync($"{file}: {remark}");
            }

            if (holds is not null)
            {
                await terminal.Out.WriteLineAsync($"{file}: {holds}, no errors");
            }
            else
            {
                status = Math.Max(status, ExitCode.No);
            }
        }

        return status;
    }

    /// <returns>The text of a file, or null: then it was said why not.</returns>
    public static async Task<string?> ReadAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await terminal.Error.WriteLineAsync($"{file}: {e.Message}");
            return null;
        }
    }
}
