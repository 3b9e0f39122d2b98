using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>
/// The rules that the server runs by, and the file they come from. The file is looked at once a second; when its text has changed and is good it
/// comes into force, when it is bad it is refused whole, the errors are kept to be asked for, and the rules before it stay.
/// Threading: read from any thread; changed by the timer alone.
/// </summary>
public sealed class RulesInForce : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly string file;
    private readonly Catalog catalog;
    private readonly TimeProvider time;
    private readonly ILogger<RulesInForce> logger;
    private readonly CancellationTokenSource stopping = new();
    private volatile RuleSet current;
    private volatile RefusedRules refused = new([], default);
    private string seen;
    private Task looking = Task.CompletedTask;

    private RulesInForce(string file, Catalog catalog, RuleSet current, TimeProvider time, ILogger<RulesInForce> logger)
    {
        this.file = file;
        this.catalog = catalog;
        this.current = current;
        this.time = time;
        this.logger = logger;
        seen = current.Source;
    }

    public RuleSet Current => current;

    /// <summary>What was wrong with the newest text, if it was refused.</summary>
    public RefusedRules Refused => refused;

    /// <summary>Reads the rules that the server starts with.</summary>
    /// <param name="file">A rule file, or "" for the default rules.</param>
    /// <exception cref="ServerStartException">The file cannot be read or has errors: a server does not start on rules that nobody wrote.</exception>
    public static RulesInForce Load(string file, Catalog catalog, TimeProvider time, ILogger<RulesInForce> logger)
    {
        try
        {
            var text = file.Length == 0 ? DefaultRules.Text : File.ReadAllText(file);
            var result = RuleFile.Parse(text, file.Length == 0 ? DefaultRules.FileName : file, catalog);
            return result.RuleSet is { } rules
                ? new RulesInForce(file, catalog, rules, time, logger)
                : throw new ServerStartException("The rules have errors:\n" + string.Join('\n', result.Errors));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"The rules cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Looks at the file from now on.</summary>
    /// <param name="comeIntoForce">Tells the engine; the rules count as in force once it completes.</param>
    public void Follow(Func<RuleSet, Task> comeIntoForce)
    {
        if (file.Length > 0)
        {
            looking = LookAsync(comeIntoForce);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await looking;
        stopping.Dispose();
    }

    private async Task LookAsync(Func<RuleSet, Task> comeIntoForce)
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        var stamp = default((DateTime, long));
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    var info = new FileInfo(file);
                    var now = info.Exists ? (info.LastWriteTimeUtc, info.Length) : stamp;
                    if (now != stamp)
                    {
                        await TakeAsync(await File.ReadAllTextAsync(file, stopping.Token), comeIntoForce);
                        stamp = now;
                    }
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    ServerLog.RulesUnreadable(logger, e, file);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task TakeAsync(string text, Func<RuleSet, Task> comeIntoForce)
    {
        if (text == seen)
        {
            return;
        }

        var result = RuleFile.Parse(text, file, catalog);
        if (result.RuleSet is { } rules)
        {
            await comeIntoForce(rules);
            current = rules;
            refused = new RefusedRules([], default);
            ServerLog.RulesChanged(logger, file, rules.Rules.Count);
        }
        else
        {
            refused = new RefusedRules(result.Errors, time.GetUtcNow());
            foreach (var error in result.Errors)
            {
                ServerLog.RuleRefused(logger, error);
            }
        }

        seen = text;
    }
}

/// <summary>A rule file that was refused.</summary>
/// <param name="Errors">Empty when the newest was taken.</param>
/// <param name="Time">When it was looked at.</param>
public sealed record RefusedRules(IReadOnlyList<RuleFileError> Errors, DateTimeOffset Time);

/// <summary>The server cannot start; the message tells an operator why.</summary>
public sealed class ServerStartException(string message, Exception? inner = null) : Exception(message, inner);
