namespace PingAnIoT.Alerts;

/// <summary>What an officer asks of one alert.</summary>
/// <param name="AlertId">The alert.</param>
/// <param name="Officer">From the credential.</param>
/// <param name="IdempotencyKey">Chosen by the client, 1 to 64 printable characters: asking again with the same key gives the same answer and no second entry. Keys of different officers never meet.</param>
/// <param name="Note">What the officer says; at most 2,000 characters. Required for a comment, for the feedback of a rectification, to shelve, to take out of service, and to close what is still active.</param>
/// <param name="ExpectedSequence">The alert's <see cref="Alert.LastSequence"/> as the officer saw it; null to act on whatever it is now.</param>
public sealed record AlertCommand(
    string AlertId, Officer Officer, string IdempotencyKey, string Note = "", long? ExpectedSequence = null);

public enum CommandOutcome
{
    /// <summary>On disk, now or by an earlier call with the same key.</summary>
    Done,

    /// <summary>No such alert, or not in the officer's territory.</summary>
    NotFound,

    /// <summary>The step does not follow from the alert's state; <see cref="CommandResult.Legal"/> names those that do.</summary>
    IllegalStep,

    /// <summary>A red is closed, and taken out of service, by somebody other than who acknowledged it; the latter also by a supervisor.</summary>
    NeedsSecondPerson,

    /// <summary>What is still active is closed only with a reason.</summary>
    NeedsReason,

    /// <summary>What turned out to be real is closed only when it was put right.</summary>
    NeedsRectified,

    /// <summary>The end of a latched condition is confirmed by a person before it is closed.</summary>
    NeedsConfirmation,

    /// <summary>Somebody else has done it; <see cref="CommandResult.DoneBy"/> says who and when.</summary>
    AlreadyDone,

    /// <summary>The alert has changed since the officer looked.</summary>
    Stale,

    /// <summary>The request itself is wrong; <see cref="CommandResult.Reason"/> says how.</summary>
    Invalid,

    /// <summary>More than who asks has the right to; <see cref="CommandResult.Reason"/> says what.</summary>
    Beyond,
}

/// <summary>The answer to a command. Refusals are values.</summary>
public sealed record CommandResult(CommandOutcome Outcome)
{
    /// <summary>The entry that records it, when <see cref="CommandOutcome.Done"/>.</summary>
    public LedgerEntry? Entry { get; init; }

    /// <summary>The alert as it is now, where there is one.</summary>
    public Alert? Alert { get; init; }

    /// <summary>In English, for logs and developers; the console words its own from the outcome.</summary>
    public string Reason { get; init; } = "";

    public IReadOnlyList<WorkAction> Legal { get; init; } = [];

    public Attestation? DoneBy { get; init; }

    public bool IsDone => Outcome == CommandOutcome.Done;
}
