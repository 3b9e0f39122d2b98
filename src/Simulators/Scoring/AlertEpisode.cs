namespace PingAnIoT.Simulators;

/// <summary>One change of an episode to a class.</summary>
/// <param name="Class">Never <see cref="AlertClass.None"/>: that ends the episode.</param>
/// <param name="EventSeconds">Unix seconds.</param>
/// <param name="SeenSeconds">Unix seconds.</param>
/// <param name="IsCry">Whether it says something new: the raise, or a change to a worse class. An improvement is none.</param>
public readonly record struct EpisodeStep(AlertClass Class, double EventSeconds, double SeenSeconds, bool IsCry);

/// <summary>Of whom an alert speaks: a device, a gateway's link, or all devices of a kind in a place.</summary>
/// <param name="Kind">Of the place's devices; <c>gateway</c> for a link; "" for a device, whose name says enough.</param>
/// <param name="Name">Of the device, the gateway or the territory.</param>
/// <param name="IsOfPlace">Whether the name is a territory's.</param>
internal readonly record struct Subject(string Kind, string Name, bool IsOfPlace)
{
    public const string Gateway = "gateway";

    public static Subject Of(AlertSeen seen) => seen.IsOfPlace ? new(seen.Kind, seen.Territory, true) : Of(seen.Kind, seen.Device);

    public static Subject Of(TruthEntry entry) => Of(entry.Kind, entry.Device);

    public static Subject Of(string kind, string device) => new(kind == Gateway ? Gateway : "", device, false);
}

/// <summary>
/// An alert from its raise to its return to normal. One alert may have several, one after the other. An episode is either of colours or of a fault: a
/// change between the two ends one and begins another.
/// </summary>
public sealed class AlertEpisode
{
    private readonly List<EpisodeStep> steps = new(1);

    internal AlertEpisode(AlertSeen first)
    {
        First = first;
        Add(first);
    }

    /// <summary>What raised it.</summary>
    public AlertSeen First { get; }

    public string RuleId => First.RuleId;

    public bool IsFault => First.Class == AlertClass.Fault;

    /// <summary>In order of the ledger; at least one.</summary>
    public IReadOnlyList<EpisodeStep> Steps => steps;

    /// <summary>Event time of its end; <see cref="double.PositiveInfinity"/> while it is open.</summary>
    public double UntilSeconds { get; internal set; } = double.PositiveInfinity;

    /// <summary>Worst class that it reached.</summary>
    public AlertClass Peak => steps.Max(s => s.Class);

    internal Subject Subject => Subject.Of(First);

    internal AlertClass Now => steps[^1].Class;

    /// <summary>Adds a change of class.</summary>
    internal void Add(AlertSeen seen) =>
        steps.Add(new EpisodeStep(seen.Class, seen.EventSeconds, seen.SeenSeconds, steps.Count == 0 || seen.Class > Now));
}
