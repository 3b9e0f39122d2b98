using System.Buffers;
using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>
/// Everything a connected client may say besides PUBLISH and DISCONNECT: pings, its subscription to notices, and their
/// acknowledgements. Threading: owned by the session's read loop.
/// </summary>
internal sealed class ControlPackets
{
    private readonly EdgeServices services;
    private readonly MqttLink link;
    private readonly MqttAgreement agreement;
    private readonly MqttVersion version;
    private readonly byte[] noticeTopic;

    public ControlPackets(EdgeServices services, MqttLink link, MqttAgreement agreement)
    {
        this.services = services;
        this.link = link;
        this.agreement = agreement;
        version = agreement.Version;
        noticeTopic = Encoding.UTF8.GetBytes($"pingan/v1/{agreement.Gateway}/notice");
    }

    /// <summary>From now on notices reach this client; those it never acknowledged come first.</summary>
    public void Start() => agreement.State.Attach(new SessionState.Outlet(
        link.Output, noticeTopic, version, agreement.Connect.ReceiveMaximum, agreement.Connect.MaximumPacketSize, services.Metrics));

    public void Stop() => agreement.State.Detach(link.Output);

    /// <summary>Does what the packet asks and writes the answer.</summary>
    public MqttReason Answer(in MqttFrame frame)
    {
        switch (frame.Type)
        {
            case MqttPacketType.PingReq:
                return frame.Body.IsEmpty ? Ping() : MqttReason.Malformed;
            case MqttPacketType.Subscribe:
                return Subscribe(frame);
            case MqttPacketType.Unsubscribe:
                return Unsubscribe(frame);
            case MqttPacketType.PubAck:
                var reason = PubAckPacket.TryParse(frame, version, out var packetId);
                if (reason == MqttReason.Success)
                {
                    agreement.State.Acknowledge(packetId);
                }

                return reason;
            default:
                // A second CONNECT, AUTH without a method, the packets of QoS 2.
                return MqttReason.ProtocolError;
        }
    }

    private MqttReason Ping()
    {
        Span<byte> answer = stackalloc byte[2];
        link.Output.Write(answer[..MqttPacketWriter.PingResp(answer)]);
        return MqttReason.Success;
    }

    private MqttReason Subscribe(in MqttFrame frame)
    {
        var reason = SubscribePacket.TryParse(frame, version, out var packet);
        if (reason != MqttReason.Success)
        {
            return reason;
        }

        var codes = ArrayPool<byte>.Shared.Rent(packet.Count);
        var refused = 0;
        for (var i = 0; packet.MoveNext(out var filter, out var qos); i++)
        {
            var granted = Grant(filter, qos);
            if (version == MqttVersion.V5
                && (granted is MqttReason.SharedSubscriptionsNotSupported or MqttReason.WildcardsNotSupported))
            {
                // CONNACK has said so: to ask all the same is a protocol error with a code of its own (5.0 section 3.2.2.3).
                services.Audit.SubscriptionsRefused(agreement.Gateway, agreement.ClientId, packet.Count);
                ArrayPool<byte>.Shared.Return(codes);
                return granted;
            }

            var isRefused = (byte)granted >= 0x80;
            refused += isRefused ? 1 : 0;
            codes[i] = isRefused && version == MqttVersion.V311 ? (byte)0x80 : (byte)granted;
        }

        if (refused > 0)
        {
            services.Audit.SubscriptionsRefused(agreement.Gateway, agreement.ClientId, refused);
        }

        Reply(codes, packet.Count, packet.PacketId, isSubscribe: true);
        return MqttReason.Success;
    }

    private MqttReason Grant(ReadOnlySpan<byte> filter, int qos)
    {
        if (filter.StartsWith("$share/"u8))
        {
            return MqttReason.SharedSubscriptionsNotSupported;
        }

        if (MqttText.HasWildcard(filter))
        {
            return MqttText.IsTopicFilter(filter) ? MqttReason.WildcardsNotSupported : MqttReason.TopicFilterInvalid;
        }

        if (!filter.SequenceEqual(noticeTopic))
        {
            return MqttReason.NotAuthorized;
        }

        var granted = Math.Min(qos, 1);
        agreement.State.Subscribe(granted);
        return (MqttReason)granted;
    }

    private MqttReason Unsubscribe(in MqttFrame frame)
    {
        var reason = SubscribePacket.TryParse(frame, version, out var packet);
        if (reason != MqttReason.Success)
        {
            return reason;
        }

        var codes = ArrayPool<byte>.Shared.Rent(packet.Count);
        for (var i = 0; packet.MoveNext(out var filter, out _); i++)
        {
            var existed = filter.SequenceEqual(noticeTopic) && agreement.State.Unsubscribe();
            codes[i] = (byte)(existed ? MqttReason.Success : MqttReason.NoSubscriptionExisted);
        }

        Reply(codes, packet.Count, packet.PacketId, isSubscribe: false);
        return MqttReason.Success;
    }

    private void Reply(byte[] codes, int count, ushort packetId, bool isSubscribe)
    {
        var answer = ArrayPool<byte>.Shared.Rent(count + MqttPacketWriter.SubAckOverheadBytes);
        var length = isSubscribe
            ? MqttPacketWriter.SubAck(answer, packetId, version, codes.AsSpan(0, count))
            : MqttPacketWriter.UnsubAck(answer, packetId, version, codes.AsSpan(0, count));
        if ((uint)length <= agreement.Connect.MaximumPacketSize)
        {
            link.Output.Write(answer.AsSpan(0, length));
        }

        ArrayPool<byte>.Shared.Return(answer);
        ArrayPool<byte>.Shared.Return(codes);
    }
}
