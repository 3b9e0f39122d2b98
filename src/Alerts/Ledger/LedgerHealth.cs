namespace PingAnIoT.Alerts;

/// <summary>How the ledger is.</summary>
/// <param name="IsWriting">False while the disk refuses: nothing is lost, and nothing new is acknowledged.</param>
/// <param name="Reason">Why not; "" when it is.</param>
/// <param name="SinceMicros">Server time at which it became so.</param>
/// <param name="IsSound">False once a check has found the file damaged or the tail missing.</param>
public sealed record LedgerHealth(bool IsWriting, string Reason, long SinceMicros, bool IsSound)
{
    public bool IsHealthy => IsWriting && IsSound;
}
