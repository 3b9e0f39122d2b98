namespace PingAnIoT.Rules;

/// <summary>
/// In place of the number of a state, which is above 0, of a rule that asks for all its parts: on which other quantity they do not cross a band,
/// so that nothing begins whatever a reading says, until one of that quantity does. Numbers below those of <see cref="SequenceState.Resting"/>.
/// </summary>
internal static class PartsAtRest
{
    private const int First = -3;
    private const int GenerationBits = 8;

    /// <param name="offset">Place of the quantity's series among those of the device.</param>
    /// <param name="generation">The <see cref="RulePlan.Generation"/> under which it was seen.</param>
    public static int On(int offset, byte generation) => First - ((offset << GenerationBits) | generation);

    /// <returns>The quantity's place; -1 where none is known under these rules.</returns>
    public static int OffsetOf(int word, byte generation) =>
        Is(word) && ((First - word) & byte.MaxValue) == generation ? (First - word) >> GenerationBits : -1;

    public static bool Is(int word) => word <= First;
}
