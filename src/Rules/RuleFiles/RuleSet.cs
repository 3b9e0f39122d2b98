namespace PingAnIoT.Rules;

/// <summary>Rules that are in force together. Immutable.</summary>
public sealed record RuleSet(IReadOnlyList<Rule> Rules)
{
    /// <summary>The text they were read from; journaled when they come into force, so that a replay judges by the rules of the day.</summary>
    public string Source { get; init; } = "";

    public static RuleSet Empty { get; } = new([]);
}

/// <summary>One thing wrong with a rule file.</summary>
/// <param name="File">As given by the caller.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Message">What was found, what was expected, and the nearest name where a name is unknown.</param>
public sealed record RuleFileError(string File, int Line, int Column, string Message)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>Either rules or what is wrong: a bad file is refused whole.</summary>
public sealed record RuleFileResult(RuleSet? RuleSet, IReadOnlyList<RuleFileError> Errors)
{
    public bool IsValid => RuleSet is not null;
}
