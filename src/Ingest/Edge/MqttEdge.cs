using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Ingest;

/// <summary>
/// The MQTT endpoint: takes connections of any transport from their first byte to their last.
/// Threading: any thread; each connection has its own read loop.
/// </summary>
public sealed class MqttEdge : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(500);
    private const int ClosingReadsMaximum = 64;

    private readonly ConcurrentDictionary<MqttLink, bool> links = new();
    private readonly EdgeServices services;
    private readonly ConnectionGuard guard;
    private readonly ITimer sweeper;
    private long connectionNumber;
    private volatile bool isStopping;

    public MqttEdge(EdgeOptions options, IIntake intake, GatewayCredentials credentials, EdgeMetrics metrics, ILoggerFactory loggers, TimeProvider time)
    {
        var logger = loggers.CreateLogger("PingAnIoT.Edge");
        var sessions = new SessionStore(options, metrics, time);
        services = new EdgeServices(
            options, intake, credentials, sessions, new GatewayPresence(intake, time), new NoticeHub(sessions),
            new AuditTrail(logger, metrics, time), metrics, logger, time);
        guard = new ConnectionGuard(options);
        sweeper = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    /// <summary>Connections open now.</summary>
    public int ConnectionCount => guard.Open;

    /// <summary>Sessions, connected or remembered.</summary>
    public int SessionCount => services.Sessions.Count;

    /// <summary>Serves one connection until it ends. Throws nothing: what a client does is no error of ours.</summary>
    /// <param name="connection">Its transport is the caller's to dispose of afterwards.</param>
    /// <param name="stopping">Asks it to end well: acknowledgements under way are sent, and version 5 is told why.</param>
    public async Task ServeAsync(EdgeConnection connection, CancellationToken stopping)
    {
        if (guard.TryEnter(connection.Address) is { } bound)
        {
            services.Audit.ConnectionRefused(connection.Address, bound);
            connection.Abort();
            return;
        }

        using var link = new MqttLink(connection, services.Options, services.Time);
        links.TryAdd(link, true);
        services.Metrics.Opened();
        try
        {
            using var registration = stopping.UnsafeRegister(l => ((MqttLink)l!).Close(MqttReason.ServerShuttingDown), link);
            if (isStopping)
            {
                link.Close(MqttReason.ServerShuttingDown);
            }

            using var scratch = new MqttScratch();
            await RunAsync(link, scratch).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            EdgeLog.SessionFailed(services.Logger, exception);
        }
        finally
        {
            links.TryRemove(link, out _);
            guard.Leave(connection.Address, link.IsAdmitted);
            services.Metrics.Ended();
        }
    }

    /// <summary>Ends every session well; they finish by themselves within seconds.</summary>
    public void BeginStop()
    {
        isStopping = true;
        foreach (var (link, _) in links)
        {
            link.Close(MqttReason.ServerShuttingDown);
        }
    }

    public async ValueTask DisposeAsync()
    {
        BeginStop();
        await sweeper.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(MqttLink link, MqttScratch scratch)
    {
        try
        {
            var agreement = await new MqttHandshake(services, link, scratch, Interlocked.Increment(ref connectionNumber)).RunAsync().ConfigureAwait(false);
            if (agreement is not null)
            {
                guard.Admit(link.Address);
                link.IsAdmitted = true;
                await RunSessionAsync(link, scratch, agreement).ConfigureAwait(false);
            }

            await CloseAsync(link).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsTransportFailure(exception))
        {
            // The transport broke; whatever the session had to say about that has been said.
            await link.Output.CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task RunSessionAsync(MqttLink link, MqttScratch scratch, MqttAgreement agreement)
    {
        var session = new MqttSession(services, link, agreement, scratch);
        var reason = MqttReason.Success;
        try
        {
            reason = await session.RunAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsTransportFailure(exception))
        {
            // Lost, or cut by us: the link knows.
        }
        finally
        {
            Leave(link, agreement, session);
        }

        if (link.WasCut != MqttLink.CutReason.None)
        {
            services.Audit.SessionCut(agreement.Gateway, agreement.ClientId, link.WasCut.ToString());
        }
        else if (reason != MqttReason.Success)
        {
            services.Audit.SessionCut(agreement.Gateway, agreement.ClientId, reason.ToString());
            TellWhy(link, agreement.Version, reason);
        }
        else
        {
            EdgeLog.Left(services.Logger, agreement.Gateway, agreement.ClientId, session.EndedWell ? "DISCONNECT" : "connection lost");
        }
    }

    private static bool IsTransportFailure(Exception exception) =>
        exception is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException;

    private static void TellWhy(MqttLink link, MqttVersion version, MqttReason reason)
    {
        if (version == MqttVersion.V5)
        {
            Span<byte> packet = stackalloc byte[MqttPacketWriter.SmallPacketBytes];
            link.Output.Write(packet[..MqttPacketWriter.Disconnect(packet, reason)]);
        }
    }

    private void Leave(MqttLink link, MqttAgreement agreement, MqttSession session)
    {
        var expiry = session.SessionExpirySeconds;
        services.Sessions.Detach(agreement.State, link, expiry);

        // When this server stops, the gateway has not gone anywhere.
        var lost = !session.EndedWell && link.CloseReason != MqttReason.ServerShuttingDown;
        var delay = agreement.Connect.WillTopic is null ? 0 : Math.Min(agreement.Connect.WillDelaySeconds, expiry);
        services.Presence.Left(agreement.Gateway, lost, TimeSpan.FromSeconds(delay));
    }

    /// <summary>
    /// Sends what is left, then reads away what the client has sent meanwhile: closing a socket with unread bytes resets the
    /// connection, and the client would never see why.
    /// </summary>
    private static async Task CloseAsync(MqttLink link)
    {
        link.IsConnected = true;
        link.SetDeadline(TimeSpan.FromSeconds(2));
        await link.Output.CloseAsync().ConfigureAwait(false);
        for (var i = 0; i < ClosingReadsMaximum && link.Input.TryRead(out var result); i++)
        {
            link.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }
    }

    private void Sweep()
    {
        var now = services.Time.GetTimestamp();
        foreach (var (link, _) in links)
        {
            link.CheckDeadline(now);
        }

        services.Sessions.Sweep(now);
        services.Presence.Sweep(now);
    }
}
