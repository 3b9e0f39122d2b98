using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>An alert of this colour must have come this far within this time of its raise, or this level is told.</summary>
public sealed record DeadlineRule(Severity Colour, WorkState Step, int Level, TimeSpan Within);

/// <summary>All the deadlines there are. Immutable; what is already running keeps the deadline it was given.</summary>
public sealed record DeadlinePolicy(IReadOnlyList<DeadlineRule> Rules)
{
    /// <summary>The city's plan for putting right (red 24 h, yellow 3 d; green 7 d is our own), and our own for acknowledging.</summary>
    public static DeadlinePolicy Default { get; } = new(
    [
        new(Severity.Red, WorkState.Acknowledged, 1, TimeSpan.FromSeconds(60)),
        new(Severity.Yellow, WorkState.Acknowledged, 1, TimeSpan.FromMinutes(15)),
        new(Severity.Green, WorkState.Acknowledged, 1, TimeSpan.FromHours(4)),
        new(Severity.Fault, WorkState.Acknowledged, 1, TimeSpan.FromHours(24)),
        new(Severity.Red, WorkState.Closed, 1, TimeSpan.FromHours(24)),
        new(Severity.Yellow, WorkState.Closed, 1, TimeSpan.FromDays(3)),
        new(Severity.Green, WorkState.Closed, 1, TimeSpan.FromDays(7)),
    ]);
}
