using System.Reactive.Subjects;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// The rules at a path, followed as it changes. It is looked at every second and whenever the system reports a change, and taken once it has been
/// the same for <see cref="SettleTime"/>: a file that is still being written may be valid YAML with half of its rules.
/// What cannot be read changes nothing: the old rules stay in force and <see cref="LastErrors"/> says why.
/// Threading: any thread may read; looks and notices happen one at a time.
/// </summary>
public sealed class RuleSource : IDisposable
{
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);

    /// <summary>No timer is asked for less.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly Lock gate = new();
    private readonly string path;
    private readonly Catalog catalog;
    private readonly int shards;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Subject<RuleSet> changes = new();
    private readonly ITimer poll;
    private readonly ITimer settle;
    private readonly FileSystemWatcher? watcher;
    private volatile RuleSet current = RuleSet.Empty;
    private volatile IReadOnlyList<RuleFileError> lastErrors = [];
    private string judged;
    private string seen;
    private long seenSince;
    private bool isDisposed;

    /// <summary>Reads the path once before it returns. If that fails, <see cref="Current"/> is empty and <see cref="LastErrors"/> is not: the caller decides whether to start.</summary>
    /// <param name="path">A rule file or a folder of them.</param>
    /// <param name="catalog">The kinds that rules may name.</param>
    /// <param name="time">Drives the looks.</param>
    /// <param name="logger">Told of every set taken and refused.</param>
    /// <param name="shards">On how many shards they are to run.</param>
    public RuleSource(string path, Catalog catalog, TimeProvider time, ILogger logger, int shards = 1)
    {
        this.path = Path.GetFullPath(path);
        this.catalog = catalog;
        this.shards = shards;
        this.time = time;
        this.logger = logger;
        var content = RuleFolder.Read(this.path);
        judged = seen = content.Fingerprint;
        Judge(content);
        settle = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        poll = time.CreateTimer(_ => Look(), null, PollInterval, PollInterval);
        watcher = Watch();
    }

    /// <summary>The rules in force: the last ones that could be read whole.</summary>
    public RuleSet Current => current;

    /// <summary>What is wrong with what stands at the path now; empty when <see cref="Current"/> is from it.</summary>
    public IReadOnlyList<RuleFileError> LastErrors => lastErrors;

    /// <summary>Every set that comes into force after the constructor, in order. Subscribers are called one at a time and must not call <see cref="Dispose"/> from within.</summary>
    public IObservable<RuleSet> Changes => changes;

    /// <summary>As <see cref="Changes"/>; but what has come into force since a set was taken from <see cref="Current"/> comes too, at once.</summary>
    /// <param name="known">The set that is known already.</param>
    /// <param name="comeIntoForce">Told of each set.</param>
    public IDisposable Follow(RuleSet known, Action<RuleSet> comeIntoForce)
    {
        lock (gate)
        {
            if (current.Source != known.Source)
            {
                comeIntoForce(current);
            }

            return changes.Subscribe(comeIntoForce);
        }
    }

    public void Dispose()
    {
        watcher?.Dispose();
        poll.Dispose();
        settle.Dispose();
        lock (gate)
        {
            isDisposed = true;
            changes.OnCompleted();
        }
    }

    /// <summary>What the timers and the notices of the system bring about.</summary>
    internal void Look()
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }

            // What is the same has been so from after it was first read to before it is read again: the time that reading takes does not count.
            var looked = time.GetTimestamp();
            var content = RuleFolder.Read(path);
            if (content.Fingerprint != seen)
            {
                seen = content.Fingerprint;
                seenSince = time.GetTimestamp();
                settle.Change(SettleTime, Timeout.InfiniteTimeSpan);
            }
            else if (seen != judged)
            {
                var left = SettleTime - time.GetElapsedTime(seenSince, looked);
                if (left > TimeSpan.Zero)
                {
                    // Timers count more coarsely than the clock and may wake before it is time: without another the next look would be up to a second off.
                    settle.Change(left < Tick ? Tick : left, Timeout.InfiniteTimeSpan);
                    return;
                }

                judged = seen;
                Judge(content);
            }
        }
    }

    private void Judge(RuleFolderContent content)
    {
        var result = RuleFolder.Parse(content, catalog, shards);
        lastErrors = result.Errors;
        if (result.RuleSet is not { } rules)
        {
            RuleSourceLog.Refused(logger, path, current.Rules.Count, result.Errors.Count, result.Errors[0]);
            return;
        }

        if (rules.Source == current.Source)
        {
            return;
        }

        current = rules;
        RuleSourceLog.InForce(logger, path, rules.Rules.Count);
        try
        {
            changes.OnNext(rules);
        }
        catch (Exception e)
        {
            RuleSourceLog.SubscriberFailed(logger, path, e);
        }
    }

    /// <summary>Notices only make it quicker; where the system has none to give, the looks suffice.</summary>
    private FileSystemWatcher? Watch()
    {
        try
        {
            var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
            var made = new FileSystemWatcher(folder);
            made.Changed += (_, _) => Look();
            made.Created += (_, _) => Look();
            made.Deleted += (_, _) => Look();
            made.Renamed += (_, _) => Look();
            made.EnableRaisingEvents = true;
            return made;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            RuleSourceLog.NoNotices(logger, path, e);
            return null;
        }
    }
}
