using System.Reactive.Concurrency;

namespace PingAnIoT.Rules;

/// <summary>
/// A rule written as an Rx query in C#, for what a rule file cannot say. docs/open-rules.md has two, step by step.
/// </summary>
public interface IOpenRule
{
    /// <summary>The rule's name for ever: <c>a-z</c>, <c>0-9</c>, <c>-</c>.</summary>
    string Id { get; }

    /// <summary>Says when the rule has come to mean something else; any text.</summary>
    string Revision { get; }

    string TitleZh { get; }

    string TitleEn { get; }

    /// <summary>Where its numbers come from: a clause of a standard, or the site.</summary>
    string Basis { get; }

    /// <summary>
    /// The series it is given, and may speak of: <c>kind/device/quantity</c>, where the device may be <c>*</c>. At least one. With a window behind it, as in
    /// <c>gas-pipe/*/flow mean(10m)</c>, it is given what the engine's window comes to at each of its ends, instead of the readings.
    /// </summary>
    IReadOnlyList<string> Series { get; }

    /// <summary>
    /// For how long after its start what it says is not believed, as it has not yet seen enough: its state is kept nowhere, so every restart of
    /// the server is a start. By the journal's time.
    /// </summary>
    TimeSpan WarmUp { get; }

    /// <summary>
    /// The query. Subscribed to once. It says what holds, as often as it likes: repeats are dropped, a change is a transition. It says
    /// <see cref="Severity.Normal"/> when it is over, or the alert stays.
    /// </summary>
    /// <param name="readings">Of each series in the order of event time; of all of them in the order of the journal. Hot.</param>
    /// <param name="scheduler">The only clock there is: the journal's receive time, moved by readings and ticks. Never a thread of its own.</param>
    IObservable<OpenFinding> Watch(IObservable<OpenReading> readings, IScheduler scheduler);
}

/// <summary>A reading as an open rule gets it, or what a window came to.</summary>
/// <param name="Series"><c>kind/device/quantity</c>.</param>
/// <param name="Device">As registered now.</param>
/// <param name="EventTime">When it was measured; of a window its end.</param>
/// <param name="Value">In the quantity's own unit; of a <c>rate</c> per second, of a <c>count</c> none.</param>
/// <param name="Window">The window, as asked for: <c>mean(10m)</c>; "" for a reading.</param>
public readonly record struct OpenReading(string Series, DeviceRecord Device, DateTimeOffset EventTime, double Value, string Window = "");

/// <summary>What an open rule says of a series.</summary>
/// <param name="Series">One that it has been given a reading of.</param>
/// <param name="Severity">What holds; <see cref="Severity.Normal"/> for nothing.</param>
/// <param name="EventTime">Since when.</param>
/// <param name="Value">What it judged, in the quantity's own unit.</param>
/// <param name="Threshold">What that was held against.</param>
public sealed record OpenFinding(string Series, Severity Severity, DateTimeOffset EventTime, double Value, double Threshold)
{
    /// <summary>The readings it rests on; the newest 8 are kept.</summary>
    public IReadOnlyList<OpenReading> Evidence { get; init; } = [];
}
