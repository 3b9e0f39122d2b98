using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>The territory file that is in force, followed as it changes; one with errors leaves the old one live. Threading: read from any thread.</summary>
public sealed class TerritorySource : IAsyncDisposable
{
    private const long SizeLimitBytes = 32L * 1024 * 1024;
    private readonly FollowedFile<TerritoryTree>? file;

    /// <param name="path">"" for no file: then nothing is known of territories but their paths.</param>
    /// <param name="clock">Tells when to look again.</param>
    /// <param name="logger">Told of what was read.</param>
    /// <exception cref="FormatException">The file has errors: a server does not start on them.</exception>
    public TerritorySource(string path, TimeProvider clock, ILogger<TerritorySource> logger)
    {
        if (path.Length == 0)
        {
            return;
        }

        file = new FollowedFile<TerritoryTree>(path, SizeLimitBytes, text =>
        {
            var result = TerritoryCsv.Read(new StringReader(text), path);
            return (result.Tree, string.Join('\n', result.Errors));
        });
        file.Follow(
            clock,
            tree =>
            {
                DutyLog.TerritoriesInForce(logger, path, tree.All.Count);
                return Task.CompletedTask;
            },
            errors => DutyLog.TerritoriesRefused(logger, path, errors));
    }

    public TerritoryTree Current => file?.Current ?? TerritoryTree.Empty;

    public ValueTask DisposeAsync() => file?.DisposeAsync() ?? ValueTask.CompletedTask;
}
