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
/// <param name="Authorities">PEM file of the only authorities whose certificates are taken; "" for those of the system.</param>
public sealed record ChannelConfig(
    string Name, ChannelType Type, Uri Url, string Secret = "", TimeSpan? Timeout = null, string From = "", string User = "", string Authorities = "")
{
    public TimeSpan Patience => Timeout ?? TimeSpan.FromSeconds(5);
}

/// <summary>Who is told of a territory.</summary>
/// <param name="Role">Told only as that: an officer, or a supervisor; null for both.</param>
public sealed record ContactConfig(string Territory, Recipient Recipient, OfficerRoles? Role = null);

/// <summary>A notice that goes the whole way every so often.</summary>
/// <param name="Channel">Over which channel.</param>
/// <param name="Every">From one to the next; 10 s to 1 h.</param>
/// <param name="Late">Longer without one that was delivered is an alarm.</param>
/// <param name="Mail">To whom, over a mail channel; "" for none.</param>
/// <param name="Phone">To whom, over a gateway of messages or calls; "" for none.</param>
public sealed record CanaryConfig(string Channel, TimeSpan Every, TimeSpan Late, string Mail = "", string Phone = "")
{
    /// <summary>Its recipient's name in the ledger.</summary>
    public const string Name = "canary";

    public Recipient Recipient => new(Name, [Channel], Mail, Phone);
}

/// <summary>All of <c>notices.yaml</c>. Immutable.</summary>
public sealed record NoticeConfig
{
    public static NoticeConfig Empty { get; } = new();

    /// <summary>The only hosts that anything is sent to.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public IReadOnlyList<ChannelConfig> Channels { get; init; } = [];

    public IReadOnlyList<ContactConfig> Contacts { get; init; } = [];

    /// <summary>The channel for a red that nobody attends to, and for what no other channel delivers; "" for none.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Null for none.</summary>
    public CanaryConfig? Canary { get; init; }

    public ChannelConfig? Channel(string name) => Channels.FirstOrDefault(c => c.Name == name);
}
