namespace PingAnIoT.Alerts;

/// <summary>The ledger cannot be opened, or what was read from it cannot be true.</summary>
public sealed class LedgerException(string message, Exception? inner = null) : Exception(message, inner);
