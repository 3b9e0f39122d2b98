using System.Runtime.InteropServices;
using System.Text;

namespace PingAnIoT.Rules;

/// <content>
/// Devices as version 4 wrote them: each says which series it has, every reading takes 16 bytes and is packed anew, and every silence is told in
/// full. To be dropped when version 6 comes.
/// </content>
internal sealed partial class SnapshotReader
{
    private readonly List<Sample> samples = [];

    private void DevicesBefore(BlockReader from, ShardState state)
    {
        while (from.Flag())
        {
            DeviceBefore(from, state);
        }
    }

    private void DeviceBefore(BlockReader from, ShardState state)
    {
        var savedKind = from.Int();
        var kind = KindOf(savedKind);
        var device = FindBefore(from, kind);
        var group = groups[from.Count(groups.Count - 1, "as a group")];
        var isTaken = Take(state, device, kind, group);
        var plan = state.Plan.OfKind(kind);
        var slot = isTaken ? state.Store.Devices[device] : default;
        for (var left = plan.Series.Length; left > 0; left--)
        {
            var quantity = plan.Quantities[QuantityOf(savedKind, from.Int())];
            BlockReader.Require(quantity is not null, "a series has no rule");
            ReadSeriesBefore(from, state, quantity, isTaken ? device : -1);
        }

        for (var i = 0; i < plan.Absents.Length; i++)
        {
            var absence = SilenceBefore(from, device);
            if (isTaken)
            {
                var listening = state.Gateways.Groups[slot.Group];
                absence.LifeListening += listening.At(state.Clock.Now) - group.Listened;
                Put(state, absence, slot.Absences + i, plan.Absents[i], listening);
            }
        }

        foreach (var rule in plan.Combined)
        {
            ReadCombined(from, state, rule, isTaken ? device : -1);
        }
    }

    private int FindBefore(BlockReader from, int kind)
    {
        Span<byte> name = stackalloc byte[DeviceRegister.MaximumNameBytes], gateway = stackalloc byte[DeviceRegister.MaximumNameBytes];
        name = name[..from.Text(name)];
        gateway = gateway[..from.Text(gateway)];
        var device = register.Find(kind, name);
        return device >= 0 ? device : register.FindOrEnrolAgain(kind, name, Encoding.UTF8.GetString(gateway));
    }

    private void ReadSeriesBefore(BlockReader from, ShardState state, QuantityPlan quantity, int device)
    {
        var count = from.Count(SeriesBlock.ReadingsMax, "readings of a series");
        if (count == 0)
        {
            return;
        }

        samples.Clear();
        for (var left = count; left > 0; left--)
        {
            samples.Add(new Sample { EventTimeMicros = from.Long(), Value = from.Double() });
        }

        var anchor = from.Long();
        if (device >= 0)
        {
            var block = state.Store.Fill(state.Store.Devices[device].Series + quantity.Offset, CollectionsMarshal.AsSpan(samples));
            BlockReader.Require(block.IsSound(), "a series has readings that cannot be");
            block.Head.Anchor = anchor;
        }

        if (from.Flag())
        {
            ReadStates(from, state, quantity, device);
        }
    }

    private static Absence SilenceBefore(BlockReader from, int device) => new()
    {
        Device = device, IsWatched = from.Flag(), HasReading = from.Flag(), IsActive = from.Flag(), LifeListening = from.Long(),
        LifeReceiveMicros = from.Long(), LastEventMicros = from.Long(), LastValue = from.Double(), Episode = from.Long(),
        LastChange = from.Long(), Ordinal = from.Int(),
    };
}
