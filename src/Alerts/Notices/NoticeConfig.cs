namespace PingAnIoT.Alerts;

public enum ChannelType
{
    /// <summary>JSON, signed.</summary>
    Webhook,

    /// <summary>Prometheus Alertmanager, <c>/api/v2/alerts</c>.</summary>
    Alertmanager,
    Wecom,
    Dingtalk,
    Feishu,

    /// <summary>A gateway of text messages, as a signed webhook with the phone number.</summary>
    Sms,

    /// <summary>A gateway of calls, likewise.</summary>
    Voice,
    Mail,
}

/// <summary>One way out.</summary>
/// <param name="Secret"><c>env:NAME</c>, <c>file:PATH</c> or "": where the secret is, never the secret.</param>
/// <param name="From">Sender of mail.</param>
/// <param name="User">User of a mail server that asks for one.</param>
public sealed record ChannelConfig(
    string Name, ChannelType Type, Uri Url, string Secret = "", TimeSpan? Timeout = null, string From = "", string User = "")
{
    public TimeSpan Patience => Timeout ?? TimeSpan.FromSeconds(5);
}

public sealed record ContactConfig(string Territory, Recipient Recipient);

/// <summary>A time in which what happens at a place is not told, only recorded.</summary>
/// <param name="Kinds">Kinds of devices; empty for all.</param>
/// <param name="Devices">Names of devices; empty for all.</param>
public sealed record MaintenanceWindow(
    string Territory, IReadOnlyList<string> Kinds, IReadOnlyList<string> Devices, long FromMicros, long ToMicros, string Reason, string By)
{
    /// <summary>True when what happened to the alert at that time is caught.</summary>
    public bool Catches(Alert alert, long atMicros) =>
        atMicros >= FromMicros && atMicros < ToMicros && PlaceText.Covers(Territory, alert.Territory)
        && (Kinds.Count == 0 || Kinds.Contains(alert.Kind, StringComparer.Ordinal))
        && (Devices.Count == 0 || Devices.Contains(alert.Device, StringComparer.Ordinal));
}

/// <summary>All of <c>notices.yaml</c>. Immutable.</summary>
public sealed record NoticeConfig
{
    public static NoticeConfig Empty { get; } = new();

    /// <summary>The only hosts that anything is sent to.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public IReadOnlyList<ChannelConfig> Channels { get; init; } = [];

    public IReadOnlyList<ContactConfig> Contacts { get; init; } = [];

    public IReadOnlyList<MaintenanceWindow> Maintenance { get; init; } = [];

    /// <summary>The channel for a red that nobody attends to, and for what no other channel delivers; "" for none.</summary>
    public string Fallback { get; init; } = "";

    public ChannelConfig? Channel(string name) => Channels.FirstOrDefault(c => c.Name == name);
}
