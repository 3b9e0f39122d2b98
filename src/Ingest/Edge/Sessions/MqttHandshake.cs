using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>What a client and the server have agreed on.</summary>
internal sealed record MqttAgreement(
    string Gateway, string ClientId, MqttVersion Version, SessionState State, ConnectPacket Connect,
    uint SessionExpirySeconds, ushort KeepAliveSeconds);

/// <summary>From the first byte to CONNACK: nothing of a client is believed or kept before this is through.</summary>
internal sealed class MqttHandshake(EdgeServices services, MqttLink link, MqttScratch scratch, long connectionNumber)
{
    private readonly EdgeOptions options = services.Options;

    /// <returns>What was agreed, CONNACK sent; or null when the client was refused.</returns>
    public async Task<MqttAgreement?> RunAsync()
    {
        link.SetDeadline(TimeSpan.FromSeconds(options.ConnectDeadlineSeconds));
        var (reason, connect) = await ReadConnectAsync().ConfigureAwait(false);
        if (reason is null)
        {
            return Refused(null, MqttReason.Unspecified, link.WasCut switch
            {
                MqttLink.CutReason.ConnectDeadline => "no CONNECT in time",
                _ => "left before CONNECT",
            });
        }

        if (reason != MqttReason.Success || connect is null)
        {
            return Refused(connect, reason.Value, $"CONNECT {reason}");
        }

        link.ClearDeadline();
        var gateway = await AuthenticateAsync(connect).ConfigureAwait(false);
        return gateway is null ? null : Agree(connect, gateway);
    }

    private async Task<(MqttReason? Reason, ConnectPacket? Packet)> ReadConnectAsync()
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await link.Input.ReadAsync().ConfigureAwait(false);
            }
            catch (IOException)
            {
                return (null, null);
            }

            if (result.IsCanceled)
            {
                return (null, null);
            }

            var reason = TryParse(result, out var consumed, out var connect);
            link.Input.AdvanceTo(consumed, connect is null ? result.Buffer.End : consumed);
            if (reason is not null || result.IsCompleted)
            {
                return (reason, connect);
            }
        }
    }

    private MqttReason? TryParse(in ReadResult result, out SequencePosition consumed, out ConnectPacket? connect)
    {
        connect = null;
        var reader = new MqttPacketReader(result.Buffer, null, options.PacketLimitBeforeConnectBytes, scratch);
        var status = reader.TryRead(out var frame);
        consumed = reader.Consumed;
        return status switch
        {
            FrameStatus.Incomplete => null,
            FrameStatus.Refused => reader.Error,
            _ => ConnectPacket.TryParse(frame.Body, out connect),
        };
    }

    private async ValueTask<string?> AuthenticateAsync(ConnectPacket connect)
    {
        if (!services.Intake.IsAccepting)
        {
            Refused(connect, MqttReason.ServerUnavailable, "journal does not write");
            return null;
        }

        if (connect.HasAuthenticationMethod)
        {
            Refused(connect, MqttReason.BadAuthenticationMethod, "authentication method");
            return null;
        }

        if (connect.ClientId.Length == 0 ? connect.Version == MqttVersion.V311 && !connect.CleanStart : !MqttText.IsName(connect.ClientId))
        {
            Refused(connect, MqttReason.ClientIdInvalid, "client id");
            return null;
        }

        var (gateway, reason) = link.Certificate is { } certificate
            ? services.Credentials.FindGateway(certificate, connect.UserName)
            : options.IsOpen ? NameInOpenMode(connect)
            : await services.Credentials.VerifyAsync(connect.UserName, connect.Password, link.Address, link.Closing).ConfigureAwait(false);
        services.Metrics.Login(reason.ToString());
        if (gateway is null)
        {
            Refused(connect, reason, $"login {reason}");
        }

        return gateway;
    }

    private (string? Gateway, MqttReason Reason) NameInOpenMode(ConnectPacket connect)
    {
        if (link.Address is null || !IPAddress.IsLoopback(link.Address.IsIPv4MappedToIPv6 ? link.Address.MapToIPv4() : link.Address))
        {
            return (null, MqttReason.NotAuthorized);
        }

        var name = string.IsNullOrEmpty(connect.UserName) ? connect.ClientId : connect.UserName;
        return name.Length == 0 ? (null, MqttReason.ClientIdInvalid)
            : MqttText.IsName(name) ? (name, MqttReason.Success) : (null, MqttReason.BadUserOrPassword);
    }

    private MqttAgreement? Agree(ConnectPacket connect, string gateway)
    {
        if (connect.WillTopic is { } will)
        {
            var isVersion5 = connect.Version == MqttVersion.V5;
            var reason = will != $"pingan/v1/{gateway}/status" ? MqttReason.NotAuthorized
                : connect.WillQos == 2 ? MqttReason.QosNotSupported
                // 3.1.1 has no way to be told beforehand, and nothing is ever retained anyway.
                : connect.WillRetain && isVersion5 ? MqttReason.RetainNotSupported : MqttReason.Success;
            if (reason != MqttReason.Success)
            {
                return Refused(connect, reason, $"will {reason}");
            }
        }

        var isAssigned = connect.ClientId.Length == 0;
        var clientId = isAssigned
            ? string.Create(CultureInfo.InvariantCulture, $"auto-{services.Time.GetUtcNow().UtcTicks:x}-{connectionNumber}")
            : connect.ClientId;

        // Before the session is taken over, so that the gateway is never without a connection.
        services.Presence.Connected(gateway);
        if (services.Sessions.Attach(gateway, clientId, connect.CleanStart, link) is not var (state, present))
        {
            services.Presence.Left(gateway, lost: true, TimeSpan.Zero);
            return Refused(connect, MqttReason.QuotaExceeded, "too many sessions of one gateway");
        }

        var expiry = Math.Min(connect.SessionExpirySeconds, (uint)options.SessionExpiryMaximumSeconds);
        var maximum = options.KeepAliveMaximumSeconds;
        var keepAlive = connect.KeepAliveSeconds == 0 || connect.KeepAliveSeconds > maximum ? (ushort)maximum : connect.KeepAliveSeconds;
        Span<byte> buffer = stackalloc byte[MqttPacketWriter.SmallPacketBytes];
        var length = MqttPacketWriter.ConnAck(buffer, new ConnAckPacket
        {
            Version = connect.Version!.Value,
            Reason = MqttReason.Success,
            SessionPresent = present,
            ReceiveMaximum = (ushort)options.ReceiveMaximum,
            MaximumPacketSize = (uint)options.PacketLimitBytes,
            SessionExpirySeconds = expiry == connect.SessionExpirySeconds ? null : expiry,
            ServerKeepAliveSeconds = keepAlive == connect.KeepAliveSeconds ? null : keepAlive,
            AssignedClientId = isAssigned ? Encoding.ASCII.GetBytes(clientId) : default,
        });
        if (length > connect.MaximumPacketSize)
        {
            services.Presence.Left(gateway, lost: true, TimeSpan.Zero);
            services.Sessions.Detach(state, link, 0);
            return Refused(null, MqttReason.PacketTooLarge, "takes no CONNACK");
        }

        link.IsConnected = true;
        link.Output.Write(buffer[..length]);
        link.Output.Flush();
        EdgeLog.Connected(services.Logger, gateway, link.Address, clientId, connect.Version.Value);
        return new MqttAgreement(gateway, clientId, connect.Version.Value, state, connect, expiry, keepAlive);
    }

    private MqttAgreement? Refused(ConnectPacket? connect, MqttReason reason, string audit)
    {
        services.Audit.ConnectionRefused(link.Address, audit);
        if (connect?.Version is { } version && (version == MqttVersion.V5 || reason.ToReturnCode() != 0))
        {
            Span<byte> buffer = stackalloc byte[MqttPacketWriter.SmallPacketBytes];
            var length = MqttPacketWriter.ConnAck(buffer, new ConnAckPacket { Version = version, Reason = reason });
            link.Output.Write(buffer[..length]);
        }

        return null;
    }
}
