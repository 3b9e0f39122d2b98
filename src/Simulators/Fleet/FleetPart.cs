namespace PingAnIoT.Simulators;

/// <summary>A share of a fleet with its model and its place among the numbers.</summary>
internal sealed class FleetPart(int index, FleetShare share, DeviceModel model, int first, int firstOrdinal)
{
    public int Index { get; } = index;

    public FleetShare Share { get; } = share;

    public DeviceModel Model { get; } = model;

    /// <summary>Number of its first device.</summary>
    public int First { get; } = first;

    /// <summary>What that device is called, among those of its kind; from 1.</summary>
    public int FirstOrdinal { get; } = firstOrdinal;

    public int Quantities { get; } = share.Quantities == 0 ? model.Quantities.Count : Math.Min(share.Quantities, model.Quantities.Count);

    public int SampleMillis { get; } = share.ReportSeconds * 1000;

    public int OrdinalOf(int number) => number - First + FirstOrdinal;

    public int Samples(int number) => Share.BatchOneIn > 0 && (number - First) % Share.BatchOneIn == Share.BatchOneIn - 1 ? Share.BatchSamples : 1;

    public int ReportMillis(int number) => SampleMillis * Samples(number);
}
