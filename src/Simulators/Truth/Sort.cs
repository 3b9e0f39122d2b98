namespace PingAnIoT.Simulators;

/// <summary>How bad an alert is, as an officer sees it. Fault is no colour: it says that an instrument or a link is broken.</summary>
public enum AlertClass
{
    None,
    Fault,
    Green,
    Yellow,
    Red,
}

/// <summary>What a good system makes of something that happens.</summary>
public enum Nature
{
    /// <summary>A danger: it must be found.</summary>
    Incident,

    /// <summary>A broken instrument or link: it must be told as a fault, and never as a colour.</summary>
    Defect,

    /// <summary>Neither: nothing may be said of it.</summary>
    Nuisance,
}

/// <summary>One sort of thing that can happen to a device or to a gateway's link.</summary>
/// <param name="Name">Lower-case with dashes, as in timelines and scorecards, e.g. <c>slow-leak</c>.</param>
/// <param name="Kind">Kind of the devices it happens to; null for any kind; <c>gateway</c> for a link.</param>
/// <param name="Nature">What is to be made of it.</param>
/// <param name="AtLeast">Least class of alert that counts as having found it; <see cref="AlertClass.None"/> for a nuisance.</param>
/// <param name="PerDeviceYear">How often in a random year; an assumption for load and scoring, with its source where there is one.</param>
/// <param name="LeastSeconds">Shortest duration in a random year.</param>
/// <param name="MostSeconds">Longest.</param>
/// <param name="Meaning">What happens physically, in a sentence.</param>
/// <param name="Source">Where its figures come from.</param>
public sealed record Sort(
    string Name, string? Kind, Nature Nature, AlertClass AtLeast, double PerDeviceYear, double LeastSeconds, double MostSeconds, string Meaning, string Source)
{
    public override string ToString() => Name;
}

/// <summary>One thing that happens to one device: what, from when to when, and how badly.</summary>
/// <param name="Sort">What.</param>
/// <param name="Onset">Unix seconds.</param>
/// <param name="End">Unix seconds at which it is repaired or over; what it caused may take longer to fade.</param>
/// <param name="Severity">Above 0 to 1: from hardly to as bad as it gets.</param>
public sealed record Ailment(Sort Sort, double Onset, double End, double Severity)
{
    /// <summary>Seconds since it began; negative before, and once it is over.</summary>
    public double Age(double time) => time < End ? time - Onset : -1;

    /// <summary>Seconds since it was over; negative until then.</summary>
    public double SinceEnd(double time) => time - End;
}

/// <summary>An ailment of one device as the scorecard asks for it.</summary>
/// <param name="Ailment">What happened.</param>
/// <param name="Kind">Kind of the device; <c>gateway</c> for a link.</param>
/// <param name="Device">Its name; the gateway's for a link.</param>
/// <param name="Territory">The device's grid, for alerts of a place; "" for a link.</param>
/// <param name="FindableAt">
/// Unix seconds from which a perfect observer of the physical truth could know it and had to act; NaN when it never becomes bad enough, then it need not
/// be found, and an alert about it is not false either.
/// </param>
/// <param name="SettledAt">Unix seconds after which nothing may still be said of it: its end and what fades after it.</param>
/// <param name="ReportSeconds">The device's reporting interval: detection delay is told in these.</param>
public sealed record TruthEntry(
    Ailment Ailment, string Kind, string Device, string Territory, double FindableAt, double SettledAt, double ReportSeconds);
