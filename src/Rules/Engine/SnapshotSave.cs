using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// A shard's state on its way out as it was at one moment, while the shard goes on: the few things that all devices share are written down at once, the devices
/// a stretch at a time, and one that is about to change before its turn just before it does. So devices may stand in any order in a snapshot.
/// Threading: owned by the shard.
/// </summary>
internal sealed class SnapshotSave
{
    private const int WordBits = 64;
    private readonly DeviceRegister register;
    private readonly ShardState state;
    private readonly BlockWriter to;
    private readonly BlockWriter tail = new();

    // By device, a bit: it had a state at that moment, which is not written yet.
    private readonly ulong[] waiting;
    private int next;

    /// <param name="stream">Written to till it is over; what it throws ends the save, never the judging.</param>
    /// <param name="register">Names of devices.</param>
    /// <param name="state">As it is now, all devices moved.</param>
    public SnapshotSave(Stream stream, DeviceRegister register, ShardState state)
    {
        (this.register, this.state) = (register, state);
        to = new BlockWriter(stream);
        SnapshotWriter.Head(to, register.Catalog, state);
        SnapshotWriter.Tail(tail, register, state);
        waiting = new ulong[(state.Store.Devices.Length + WordBits - 1) / WordBits];
        for (var device = 0; device < state.Store.Devices.Length; device++)
        {
            waiting[device / WordBits] |= state.Store.Has(device) ? 1UL << device : 0;
        }
    }

    /// <summary>Nothing more is to be written, as all is or as it went wrong.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What the stream threw; null for nothing.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>A device is about to change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Keep(int device)
    {
        if ((uint)device < (uint)(waiting.Length * WordBits) && (waiting[device / WordBits] & (1UL << device)) != 0 && !IsOver)
        {
            TryWrite(device);
        }
    }

    /// <summary>Goes on with so many devices, and when they are all written ends it.</summary>
    public void More(int devices)
    {
        var length = Math.Min(waiting.Length * WordBits, state.Store.Devices.Length);
        for (var left = devices; left > 0 && next < length && !IsOver; left--, next++)
        {
            state.Store.LookAhead(next);
            Keep(next);
        }

        if (next >= length && !IsOver)
        {
            TryEnd();
        }
    }

    private void TryWrite(int device)
    {
        waiting[device / WordBits] &= ~(1UL << device);
        try
        {
            SnapshotWriter.Device(to, register.NameOf(device), state, state.Store.Devices[device]);
        }
        catch (Exception e)
        {
            (Fault, IsOver) = (e, true);
        }
    }

    private void TryEnd()
    {
        IsOver = true;
        try
        {
            to.Append(tail);
            to.End();
        }
        catch (Exception e)
        {
            Fault = e;
        }
    }
}
