using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The rules that the server runs by: those at a path, followed as it changes, or the default rules.</summary>
/// <remarks>Threading: read from any thread.</remarks>
internal sealed class RulesInForce : IAsyncDisposable
{
    private readonly RuleSource? source;
    private readonly RuleSet fixedRules;

    private RulesInForce(RuleSource? source, RuleSet fixedRules)
    {
        this.source = source;
        this.fixedRules = fixedRules;
    }

    public RuleSet Current => source?.Current ?? fixedRules;

    /// <summary>What was wrong with the newest text, if it was refused.</summary>
    public IReadOnlyList<RuleFileError> LastErrors => source?.LastErrors ?? [];

    /// <param name="path">A rule file or a folder of them, or "" for the default rules.</param>
    /// <param name="catalog">The kinds that rules may name.</param>
    /// <param name="time">Drives the looks at the path.</param>
    /// <param name="loggers">Told of every set taken and refused.</param>
    /// <param name="shards">On how many shards they are to run.</param>
    /// <exception cref="ServerStartException">The rules have errors: a server does not start on rules that nobody wrote.</exception>
    public static RulesInForce Load(string path, Catalog catalog, TimeProvider time, ILoggerFactory loggers, int shards = 1)
    {
        if (path.Length == 0)
        {
            var result = RuleFile.Parse(DefaultRules.Text, DefaultRules.FileName, catalog, shards);
            return new RulesInForce(null, result.RuleSet ?? throw Errors(result.Errors));
        }

        var source = new RuleSource(path, catalog, time, loggers.CreateLogger("PingAnIoT.Rules"), shards);
        if (source.LastErrors.Count == 0)
        {
            return new RulesInForce(source, RuleSet.Empty);
        }

        var errors = Errors(source.LastErrors);
        source.Dispose();
        throw errors;
    }

    /// <summary>Passes on every set that has come into force since <paramref name="known"/> was, and comes from now on.</summary>
    public void Follow(RuleSet known, Action<RuleSet> comeIntoForce) => source?.Follow(known, comeIntoForce);

    public ValueTask DisposeAsync()
    {
        source?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ServerStartException Errors(IEnumerable<RuleFileError> errors) => new("The rules have errors:\n" + string.Join('\n', errors));
}

/// <summary>The server cannot start; the message tells an operator why.</summary>
public sealed class ServerStartException(string message, Exception? inner = null) : Exception(message, inner);
