namespace PingAnIoT.Simulators;

/// <summary>What became of an episode before the truth.</summary>
public enum Verdict
{
    /// <summary>It speaks of something that had to be found.</summary>
    True,

    /// <summary>It speaks of nothing, or of the wrong thing.</summary>
    False,

    /// <summary>A fault of a device whose gateway is lost: it follows from the gateway's own fault. Neither true nor false.</summary>
    Secondary,

    /// <summary>It speaks of something real that never became bad enough. Neither true nor false.</summary>
    Minor,
}

/// <summary>What became of a truth entry before the alerts.</summary>
public sealed class Finding
{
    internal Finding(TruthEntry entry) => Entry = entry;

    public TruthEntry Entry { get; }

    /// <summary>How many episodes speak of it.</summary>
    public int Episodes { get; internal set; }

    /// <summary>How many false episodes were raised while it was live.</summary>
    public int FalseEpisodes { get; internal set; }

    /// <summary>Unix seconds at which an officer first saw it at its class; NaN when nobody did.</summary>
    public double FoundAt { get; internal set; } = double.NaN;

    /// <summary>Rule that found it first; null when none did.</summary>
    public string? FoundBy { get; internal set; }

    public bool IsNeeded => Entry.Ailment.Sort.Nature != Nature.Nuisance && double.IsFinite(Entry.FindableAt);

    public bool IsFound => !double.IsNaN(FoundAt);

    /// <summary>Seen before it was findable.</summary>
    public bool IsEarly => FoundAt < Entry.FindableAt;

    /// <summary>From the findable moment until an officer saw it; 0 when early. Call only when found.</summary>
    public double DelaySeconds => Math.Max(0, FoundAt - Entry.FindableAt);

    /// <summary>The same in reporting intervals of the device.</summary>
    public double DelayIntervals => Entry.ReportSeconds > 0 ? DelaySeconds / Entry.ReportSeconds : 0;
}

/// <summary>An episode with its verdict.</summary>
/// <param name="Episode">The episode.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Entries">Numbers of the entries it speaks of; of a false one, those that were live when it was raised.</param>
public sealed record JudgedEpisode(AlertEpisode Episode, Verdict Verdict, IReadOnlyList<int> Entries);

/// <summary>
/// Joins truth and alerts. A *cry* of an episode is its raise or a change to a worse class. An episode speaks of an entry when it is about the same device
/// (of a place: about a place of its kind in which the device lies), the event time of one of its cries, by the true clock (<see cref="TruthLinks"/>), lies between onset and settled, and the natures fit:
/// <code>
/// live at the cry                      a colour   a fault
/// incident                             true       false: an instrument is not blamed for a danger
/// incident that is never findable      minor      false
/// defect                               false      true: it is told as a fault and never as a colour
/// defect that is never findable        false      minor
/// nuisance only                        false      false
/// nothing                              false      false
/// incident and defect                  true       true
/// incident or defect, and nuisance     as without the nuisance
/// only a defect of the gateway (lost)  false      secondary; the gateway's own fault is true
/// only a nuisance of the gateway       false      false
/// </code>
/// An episode is true if any of its cries is, then minor, then secondary, then false. One that merely still stands when something begins does not speak of it:
/// it was raised for something else, or for nothing. An incident is found by a cry that speaks of it at its class or worse; how long that took is counted to
/// the moment at which an officer saw it.
/// </summary>
public sealed class TruthJoin
{
    private readonly TruthIndex index;
    private readonly Func<string, string?> gatewayOf;
    private readonly List<int> live = [];
    private readonly List<int> spoken = [];
    private readonly List<int> beside = [];
    private readonly List<Finding> findings;
    private readonly List<JudgedEpisode> judged = [];

    /// <summary>For each entry the last episode (from 1) that took it into one of the lists, so that none takes it twice.</summary>
    private readonly int[] taken;

    private TruthJoin(IReadOnlyList<TruthEntry> truth, Func<string, string?> gatewayOf)
    {
        this.gatewayOf = gatewayOf;
        index = new TruthIndex(truth);
        findings = [.. truth.Select(e => new Finding(e))];
        taken = new int[truth.Count];
    }

    /// <summary>One for each entry, in their order.</summary>
    public IReadOnlyList<Finding> Findings => findings;

    /// <summary>One for each episode, in their order.</summary>
    public IReadOnlyList<JudgedEpisode> Judged => judged;

    /// <param name="truth">In any order.</param>
    /// <param name="episodes">From <see cref="EpisodeFold"/>, of alerts by the true clock.</param>
    /// <param name="gatewayOf">Name of the gateway of a device; null when it has none.</param>
    public static TruthJoin Of(IReadOnlyList<TruthEntry> truth, IEnumerable<AlertEpisode> episodes, Func<string, string?> gatewayOf)
    {
        var join = new TruthJoin(truth, gatewayOf);
        foreach (var episode in episodes)
        {
            join.judged.Add(join.Judge(episode));
        }

        return join;
    }

    /// <summary>Whether an alert of that nature can speak of such an entry.</summary>
    internal static bool Fits(bool isFault, Nature nature) => nature == (isFault ? Nature.Defect : Nature.Incident);

    private JudgedEpisode Judge(AlertEpisode episode)
    {
        spoken.Clear();
        beside.Clear();
        var isSecondary = false;
        foreach (var step in episode.Steps)
        {
            if (step.IsCry)
            {
                Match(episode, step);
                isSecondary |= IsBehindLost(episode.First, step.EventSeconds) && episode.IsFault;
            }
        }

        foreach (var entry in spoken)
        {
            findings[entry].Episodes++;
        }

        var verdict = spoken.Exists(e => findings[e].IsNeeded) ? Verdict.True
            : spoken.Count > 0 ? Verdict.Minor
            : isSecondary ? Verdict.Secondary : Verdict.False;
        if (verdict == Verdict.False)
        {
            Blame(beside);
        }

        return new JudgedEpisode(episode, verdict, verdict == Verdict.False ? [.. beside] : [.. spoken]);
    }

    private void Match(AlertEpisode episode, EpisodeStep step)
    {
        live.Clear();
        index.At(episode.Subject, step.EventSeconds, live);
        foreach (var number in live)
        {
            var finding = findings[number];
            var sort = finding.Entry.Ailment.Sort;
            var fits = Fits(episode.IsFault, sort.Nature);
            AddOnce(fits ? spoken : beside, number);
            if (fits && finding.IsNeeded && step.Class >= sort.AtLeast && !(step.SeenSeconds >= finding.FoundAt))
            {
                finding.FoundAt = step.SeenSeconds;
                finding.FoundBy = episode.RuleId;
            }
        }
    }

    /// <summary>Whether the gateway of the device has a defect at that moment. What else ails the gateway is noted beside the episode.</summary>
    private bool IsBehindLost(AlertSeen first, double time)
    {
        if (first.Kind == Subject.Gateway || gatewayOf(first.Device) is not { } gateway)
        {
            return false;
        }

        live.Clear();
        index.At(Subject.Of(Subject.Gateway, gateway), time, live);
        live.ForEach(number => AddOnce(beside, number));
        return live.Exists(number => findings[number].Entry.Ailment.Sort.Nature == Nature.Defect);
    }

    private void Blame(List<int> entries) => entries.ForEach(number => findings[number].FalseEpisodes++);

    private void AddOnce(List<int> list, int number)
    {
        var episode = judged.Count + 1;
        if (taken[number] != episode)
        {
            taken[number] = episode;
            list.Add(number);
        }
    }
}
