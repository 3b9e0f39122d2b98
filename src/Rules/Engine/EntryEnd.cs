namespace PingAnIoT.Rules;

/// <summary>Where the readings of one journal entry end among those of several.</summary>
/// <param name="Readings">So many are of it and of those before it.</param>
/// <param name="JournalPosition">Just after it.</param>
public readonly record struct EntryEnd(int Readings, long JournalPosition);
