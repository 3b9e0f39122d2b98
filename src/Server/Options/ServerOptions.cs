namespace PingAnIoT.Server;

/// <summary>
/// Everything that can be set, as the section <c>PingAn</c> of appsettings.json or as environment <c>PingAn__Section__Key</c>.
/// Checked whole at start (<see cref="ServerOptionsCheck"/>), before anything is opened.
/// </summary>
public sealed record ServerOptions
{
    /// <summary>The folder that holds all data: journal, ledger, snapshots, dead letters, credentials.</summary>
    public string Data { get; init; } = "./data";

    /// <summary>A rule file or a folder of them; empty for the default rules. Read again when it changes.</summary>
    public string Rules { get; init; } = "";

    /// <summary>A device register as CSV; empty for none: devices then enrol themselves, up to <see cref="IntakeSection.UnregisteredDevices"/>.</summary>
    public string Register { get; init; } = "";

    /// <summary>Set-points of territories and owner units as CSV, for the devices of <see cref="Register"/>; empty for none.</summary>
    public string SetPoints { get; init; } = "";

    /// <summary>Territories with their names and neighbours as CSV (docs/duty.md); empty: nothing is known of them but their paths. Read again when it changes.</summary>
    public string Territories { get; init; } = "";

    /// <summary>What is due when and who is told of a breach, as YAML (docs/life-cycle.md); empty for the default. Read again when it changes.</summary>
    public string Policy { get; init; } = "";

    /// <summary>Who is told over what, as YAML (docs/notices.md); empty: nobody is told but those on the stream. Read again when it changes.</summary>
    public string Notices { get; init; } = "";

    public ListenSection Listen { get; init; } = new();

    public TlsSection Tls { get; init; } = new();

    public OfficersSection Officers { get; init; } = new();

    public GatewaysSection Gateways { get; init; } = new();

    /// <summary>External brokers to take readings from.</summary>
    public IReadOnlyList<Ingest.BridgeOptions> Bridges { get; init; } = [];

    public IntakeSection Intake { get; init; } = new();

    public LedgerSection Ledger { get; init; } = new();

    public StreamSection Stream { get; init; } = new();

    public TelemetrySection Telemetry { get; init; } = new();
}

/// <summary>Where to listen. A port of 0 takes a free one (printed at start); -1 does not listen.</summary>
public sealed record ListenSection
{
    /// <summary>An address of this machine, or <c>*</c> for all. Beyond loopback only with credentials and TLS.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Plain MQTT. Always on loopback, whatever <see cref="Address"/> says: beyond it there is only TLS.</summary>
    public int Mqtt { get; init; } = 1883;

    /// <summary>MQTT over TLS; listens when there is a certificate.</summary>
    public int MqttTls { get; init; } = 8883;

    /// <summary>gRPC over HTTP/2: plain (h2c) without a certificate, TLS with one.</summary>
    public int Grpc { get; init; } = 5081;

    /// <summary>HTTP/1.1: JSON, gRPC-Web, MQTT over WebSocket at <c>/mqtt</c>, metrics and health.</summary>
    public int Http { get; init; } = 5080;
}

/// <summary>The server's certificate, as PEM files, and whose client certificates gateways may log in with.</summary>
public sealed record TlsSection
{
    public string Certificate { get; init; } = "";

    public string Key { get; init; } = "";

    /// <summary>PEM file of the authorities that sign gateways' certificates; empty for passwords only.</summary>
    public string GatewayAuthorities { get; init; } = "";
}

/// <summary>How duty officers prove who they are. With nothing set, everybody on this machine may: open mode, loopback only.</summary>
public sealed record OfficersSection
{
    /// <summary>Secret of tokens signed with HS256, at least 32 bytes of UTF-8.</summary>
    public string SigningKey { get; init; } = "";

    /// <summary>A file that holds a JSON Web Key Set with the public keys of tokens. Read again when it changes.</summary>
    public string KeySetFile { get; init; } = "";

    /// <summary>An OpenID Connect authority (https) whose published keys are used.</summary>
    public string Authority { get; init; } = "";

    /// <summary>PEM file of the only authorities whose certificates the issuer may have; empty for those of the system.</summary>
    public string Authorities { get; init; } = "";

    /// <summary>The <c>iss</c> that tokens must have; empty for any (with a signing key or key set), or the authority itself.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>The <c>aud</c> that tokens must have.</summary>
    public string Audience { get; init; } = "pingan";

    /// <summary>Officers sign in here, with name and password: the server's own issuer.</summary>
    public bool Local { get; init; }

    /// <summary>
    /// The claim of another issuer's tokens that holds the officer's name, as rosters and the ledger have it. Of this claim and the next two a path with dots reaches into
    /// nested ones, as <c>realm_access.roles</c>.
    /// </summary>
    public string NameClaim { get; init; } = "sub";

    /// <summary>The claim that holds the territory, e.g. <c>d01/s03</c>, or <c>/</c> for the whole city; a token without it is no officer's.</summary>
    public string TerritoryClaim { get; init; } = "territory";

    /// <summary>The claim that holds roles, a list or parted by blanks: officer, supervisor, operator, auditor. Others are ignored; a token without one of ours is no officer's.</summary>
    public string RolesClaim { get; init; } = "roles";

    /// <summary>What an officer who is not on duty does to an alert: <c>record</c> puts it on record, <c>refuse</c> refuses it. Never where nobody is on duty.</summary>
    public string OffDuty { get; init; } = "record";

    public bool IsOpen => !Local && SigningKey.Length == 0 && KeySetFile.Length == 0 && Authority.Length == 0;
}

/// <summary>How gateways prove who they are.</summary>
public sealed record GatewaysSection
{
    /// <summary>The credential file that <c>gateways add</c> writes; empty for <c>gateways</c> in the data folder.</summary>
    public string Credentials { get; init; } = "";

    /// <summary>Takes any gateway by the user name it gives. Loopback only.</summary>
    public bool Open { get; init; }

    /// <summary>Most connections at once.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>Most connections at once from one address.</summary>
    public int ConnectionsPerAddress { get; init; } = 1_000;
}

/// <summary>The way from the journal to the rules.</summary>
public sealed record IntakeSection
{
    /// <summary>Engines side by side, each with its own thread. May change from run to run.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Devices that may enrol themselves.</summary>
    public int UnregisteredDevices { get; init; } = 10_000;

    /// <summary>How late a reading may be and still count.</summary>
    public double LatenessSeconds { get; init; } = 2;

    /// <summary>In a flow, milliseconds from one commit of the journal to the next: what comes between shares the disk and the waking. 0 is as fast as the disk.</summary>
    public double CommitMilliseconds { get; init; } = 20;
}

/// <summary>Where the ledger's entries are. With nothing set, in SQLite in the data folder; <c>ledger.head</c> and officers' secrets are there in any case.</summary>
public sealed record LedgerSection
{
    /// <summary>A PostgreSQL database, as a connection string of Npgsql. Holds a secret: never shown or logged.</summary>
    public string Postgres { get; init; } = "";

    /// <summary>A file of mode 600 that holds the connection string instead.</summary>
    public string PostgresFile { get; init; } = "";

    public override string ToString() => nameof(LedgerSection);
}

/// <summary>The stream to duty officers.</summary>
public sealed record StreamSection
{
    /// <summary>Most streams at once.</summary>
    public int Watchers { get; init; } = 1_000;

    /// <summary>Events that may wait for one officer before the stream is cut.</summary>
    public int BufferEvents { get; init; } = 4_096;

    /// <summary>Longest time without a message on a stream.</summary>
    public double HeartbeatSeconds { get; init; } = 5;
}

/// <summary>What the server tells of itself.</summary>
public sealed record TelemetrySection
{
    /// <summary>Where to send traces and metrics over OTLP; empty for nowhere.</summary>
    public string OtlpEndpoint { get; init; } = "";

    /// <summary>Trace, Debug, Information, Warning or Error.</summary>
    public string LogLevel { get; init; } = "Information";
}
