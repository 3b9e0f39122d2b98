namespace PingAnIoT.Rules;

/// <content>Saving while judging: whatever changes what a snapshot has of a device says so first.</content>
internal sealed partial class ShardState
{
    /// <summary>What is being saved; null for nothing.</summary>
    public SnapshotSave? Saving { get; set; }

    /// <summary>Before any of the device's slot, series, states of rules and absences changes.</summary>
    private void Keep(int device) => Saving?.Keep(device);

    private static void Keep(SnapshotSave saving, ReadOnlySpan<Reading> readings)
    {
        foreach (ref readonly var reading in readings)
        {
            saving.Keep(reading.Device);
        }
    }
}
