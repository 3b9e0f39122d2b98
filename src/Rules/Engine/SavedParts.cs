namespace PingAnIoT.Rules;

/// <summary>The byte with which a series begins in a snapshot: its block's form, and whether its rules have states.</summary>
internal static class SavedSeries
{
    /// <summary>No reading yet, and nothing follows.</summary>
    public const byte None = 0;

    private const byte States = 0x80;

    public static byte HeadOf(BlockForm form, bool hasStates) => (byte)((form.Word + 1) | (hasStates ? States : 0));

    /// <returns>The form may be none that can be: <see cref="SeriesBlock.CountOf"/> tells.</returns>
    public static (BlockForm Form, bool HasStates) Of(byte head) => (BlockForm.Of((head & ~States) - 1), (head & States) != 0);
}

/// <summary>The byte with which an absence begins in a snapshot.</summary>
internal static class SavedAbsence
{
    private const byte Watched = 1;
    private const byte Read = 2;
    private const byte Active = 4;
    private const byte Episode = 8;

    /// <summary>Whether it has ever said anything.</summary>
    public static bool HasEpisode(in Absence absence) => absence.LastChange != Never.Micros;

    public static byte HeadOf(in Absence absence, bool hasEpisode) => (byte)(
        (absence.IsWatched ? Watched : 0) | (absence.HasReading ? Read : 0) | (absence.IsActive ? Active : 0) | (hasEpisode ? Episode : 0));

    /// <param name="device">Whose it is.</param>
    /// <param name="head">From a snapshot.</param>
    /// <param name="hasEpisode">Whether it has ever said anything.</param>
    public static Absence Of(int device, byte head, out bool hasEpisode)
    {
        BlockReader.Require(head < 2 * Episode, "a silence is of no known sort");
        hasEpisode = (head & Episode) != 0;
        return new Absence
        {
            Device = device, IsWatched = (head & Watched) != 0, HasReading = (head & Read) != 0, IsActive = (head & Active) != 0, LastChange = Never.Micros,
        };
    }

    /// <summary>Whether it waits for its timer after a reading, as all do whose last sign of life the device's slot tells.</summary>
    public static bool IsWaiting(in Absence absence) => absence is { IsWatched: true, HasReading: true, IsActive: false };
}
