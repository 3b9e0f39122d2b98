using System.Text;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>The territory file that is in force, followed as it changes; one with errors leaves the old one live. Threading: read from any thread.</summary>
public sealed class TerritorySource : IAsyncDisposable
{
    private const long SizeLimitBytes = 32L * 1024 * 1024;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly string path;
    private readonly ILogger logger;
    private readonly ITimer? timer;
    private volatile TerritoryTree current = TerritoryTree.Empty;
    private (DateTime Written, long Length) seen;

    /// <param name="path">"" for no file: then nothing is known of territories but their paths.</param>
    /// <param name="clock">Tells when to look again.</param>
    /// <param name="logger">Told of what was read.</param>
    /// <exception cref="FormatException">The file has errors: a server does not start on them.</exception>
    public TerritorySource(string path, TimeProvider clock, ILogger<TerritorySource> logger)
    {
        this.path = path;
        this.logger = logger;
        if (path.Length == 0)
        {
            return;
        }

        if (Look() is { Length: > 0 } errors)
        {
            throw new FormatException(errors);
        }

        timer = clock.CreateTimer(_ => LookAgain(), null, LookEvery, LookEvery);
    }

    public TerritoryTree Current => current;

    public ValueTask DisposeAsync() => timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void LookAgain()
    {
        try
        {
            if (Look() is { Length: > 0 } errors)
            {
                DutyLog.TerritoriesRefused(logger, path, errors);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            DutyLog.TerritoriesRefused(logger, path, failure.Message);
        }
    }

    private string Look()
    {
        var file = new FileInfo(path);
        var now = (file.LastWriteTimeUtc, file.Length);
        if (now == seen)
        {
            return "";
        }

        seen = now;
        if (file.Length > SizeLimitBytes)
        {
            return $"{path}: more than {SizeLimitBytes} bytes";
        }

        using var reader = new StreamReader(path, Encoding.UTF8);
        var result = TerritoryCsv.Read(reader, path);
        if (result.Tree is null)
        {
            return string.Join('\n', result.Errors);
        }

        current = result.Tree;
        DutyLog.TerritoriesInForce(logger, path, current.All.Count);
        return "";
    }
}
