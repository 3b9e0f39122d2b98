using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>What one pack needs while it is decoded; grows to the largest seen.</summary>
internal sealed class PackSpace
{
    public SenmlPack Pack { get; } = new();

    /// <summary>The devices of the pack, looked up together.</summary>
    public DeviceLookup[] Lookups { get; private set; } = new DeviceLookup[16];

    /// <summary>Why one is refused without being looked up.</summary>
    public RefusalReason[] Reasons { get; private set; } = new RefusalReason[16];

    /// <summary>Makes room for so many devices.</summary>
    public void Fit(int devices)
    {
        if (Lookups.Length < devices)
        {
            Lookups = new DeviceLookup[Math.Max(devices, Lookups.Length * 2)];
            Reasons = new RefusalReason[Lookups.Length];
        }
    }
}

/// <summary>
/// Space for large packs, shared by all lanes: as many as there are processors decode at a time, and what has just been used is still in the
/// processor's cache, where a space for each lane would be as large as all of that. Threading: any thread.
/// </summary>
internal sealed class PackSpaces
{
    private readonly PackSpace?[] free = new PackSpace?[Environment.ProcessorCount];

    public PackSpace Rent()
    {
        for (var i = 0; i < free.Length; i++)
        {
            if (free[i] is not null && Interlocked.Exchange(ref free[i], null) is { } space)
            {
                return space;
            }
        }

        return new PackSpace();
    }

    /// <summary>Gives it back; when there are enough, it is dropped.</summary>
    public void Return(PackSpace space)
    {
        for (var i = 0; i < free.Length; i++)
        {
            if (free[i] is null && Interlocked.CompareExchange(ref free[i], space, null) is null)
            {
                return;
            }
        }
    }
}
