using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>What of a journal a replay is about. Threading: owned by whoever replays.</summary>
/// <param name="register">Whose devices it is about: entries of gateways that none of them names are passed over undecoded.</param>
/// <param name="untilMicros">It ends before the first entry with a later receive time.</param>
internal sealed class ReplayScope(DeviceRegister register, long untilMicros)
{
    /// <summary>Set from within: enough has been seen.</summary>
    public bool IsOver { get; set; }

    public bool IsBeyond(in JournalEntry entry) => IsOver || entry.ReceiveTimeMicros > untilMicros;

    public bool Concerns(in JournalEntry entry) => entry.GatewayUtf8.IsEmpty || register.GatewayIndex(entry.Gateway) >= 0;
}
