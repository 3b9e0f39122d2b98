using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>What every session of one edge shares.</summary>
internal sealed record EdgeServices(
    EdgeOptions Options,
    IIntake Intake,
    GatewayCredentials Credentials,
    SessionStore Sessions,
    GatewayPresence Presence,
    NoticeHub Notices,
    AuditTrail Audit,
    EdgeMetrics Metrics,
    ILogger Logger,
    TimeProvider Time);
