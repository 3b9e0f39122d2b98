namespace PingAnIoT.Rules;

/// <summary>What a change of rules did to running state: one per rule that lost any.</summary>
/// <param name="RuleId">The rule as it was named before.</param>
/// <param name="EpisodesClosed">Open episodes that ended with a <see cref="TransitionChange.Normal"/> because of the change.</param>
/// <param name="Reason">Why its windows or episodes could not be kept.</param>
public sealed record ReloadNote(string RuleId, int EpisodesClosed, string Reason);
