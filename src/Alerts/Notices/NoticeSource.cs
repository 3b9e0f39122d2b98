using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts;

/// <summary>The notice file that is in force, followed as it changes; one with errors leaves the old one live. Threading: read from any thread.</summary>
public sealed class NoticeSource : IAsyncDisposable
{
    private const long SizeLimitBytes = 1024 * 1024;
    private readonly FollowedFile<NoticeConfig> file;

    /// <exception cref="FormatException">The file has errors: a server does not start on them.</exception>
    public NoticeSource(string path, TimeProvider clock, ILogger<NoticeSource> logger)
    {
        file = new FollowedFile<NoticeConfig>(path, SizeLimitBytes, text =>
        {
            var result = NoticeFile.Parse(text, path);
            return (result.Config, string.Join('\n', result.Errors));
        });
        file.Follow(
            clock,
            config =>
            {
                NoticeLog.InForce(logger, path, config.Channels.Count, config.Contacts.Count);
                return Task.CompletedTask;
            },
            errors => NoticeLog.Refused(logger, path, errors));
    }

    public NoticeConfig Current => file.Current;

    public ValueTask DisposeAsync() => file.DisposeAsync();
}
