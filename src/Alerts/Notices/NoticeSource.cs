using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>The notice file that is in force, followed as it changes; one with errors leaves the old one live. Threading: read from any thread.</summary>
public sealed class NoticeSource : IAsyncDisposable
{
    private const long SizeLimitBytes = 1024 * 1024;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly string path;
    private readonly ILogger logger;
    private readonly ITimer timer;
    private volatile NoticeConfig current = NoticeConfig.Empty;
    private (DateTime Written, long Length) seen;

    /// <exception cref="FormatException">The file has errors: a server does not start on them.</exception>
    public NoticeSource(string path, TimeProvider clock, ILogger<NoticeSource> logger)
    {
        this.path = path;
        this.logger = logger;
        if (Look() is { Length: > 0 } errors)
        {
            throw new FormatException(errors);
        }

        timer = clock.CreateTimer(_ => LookAgain(), null, LookEvery, LookEvery);
    }

    public NoticeConfig Current => current;

    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private void LookAgain()
    {
        try
        {
            if (Look() is { Length: > 0 } errors)
            {
                NoticeLog.Refused(logger, path, errors);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            NoticeLog.Refused(logger, path, failure.Message);
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

        var result = NoticeFile.Parse(File.ReadAllText(path), path);
        if (result.Config is null)
        {
            return string.Join('\n', result.Errors);
        }

        current = result.Config;
        NoticeLog.InForce(logger, path, current.Channels.Count, current.Contacts.Count);
        return "";
    }
}
