namespace PingAnIoT.Ingest;

/// <summary>
/// What outlives a connection: the subscription to notices, and those not yet acknowledged.
/// Threading: any thread, one short lock.
/// </summary>
internal sealed class SessionState(string gateway, string clientId, int capacityNotices, EdgeMetrics metrics)
{
    private readonly Lock gate = new();
    private readonly List<Notice> unacknowledged = [];
    private Outlet? outlet;
    private int subscribedQos = -1;
    private ushort lastPacketId;

    public string Gateway { get; } = gateway;

    public string ClientId { get; } = clientId;

    /// <summary>The connection that has it now. Owned by <see cref="SessionStore"/>.</summary>
    public MqttLink? Link { get; set; }

    /// <summary>Timestamp after which it is forgotten; only while nobody is connected. Owned by <see cref="SessionStore"/>.</summary>
    public long ExpiresAt { get; set; } = long.MaxValue;

    public bool IsSubscribed => Volatile.Read(ref subscribedQos) >= 0;

    public void Subscribe(int qos) => Volatile.Write(ref subscribedQos, qos);

    /// <returns>Whether there was one.</returns>
    public bool Unsubscribe() => Interlocked.Exchange(ref subscribedQos, -1) >= 0;

    /// <summary>A connection takes it over; notices that were sent and not acknowledged are sent again.</summary>
    public void Attach(Outlet next)
    {
        lock (gate)
        {
            outlet = next;
            for (var i = 0; i < unacknowledged.Count; i++)
            {
                unacknowledged[i] = unacknowledged[i] with { IsSent = false };
            }

            SendWaiting();
        }
    }

    /// <summary>The connection is gone, unless another has taken over already.</summary>
    public void Detach(MqttOutput output)
    {
        lock (gate)
        {
            if (outlet?.Output == output)
            {
                outlet = null;
            }
        }
    }

    /// <summary>Sends a notice, or keeps it (QoS 1), or drops it at the bound.</summary>
    public void Deliver(ReadOnlyMemory<byte> payload)
    {
        lock (gate)
        {
            if (subscribedQos < 0)
            {
                return;
            }

            if (subscribedQos == 0)
            {
                if (outlet is null || outlet.Output.PendingBytes > outlet.QuietBytes || !outlet.TrySend(payload.Span, 0, 0, duplicate: false))
                {
                    metrics.NoticeDropped();
                }

                return;
            }

            if (unacknowledged.Count >= capacityNotices)
            {
                metrics.NoticeDropped();
                return;
            }

            unacknowledged.Add(new Notice(NextPacketId(), payload, IsSent: false, WasSent: false));
            SendWaiting();
        }
    }

    /// <summary>The client has the notice.</summary>
    public void Acknowledge(ushort packetId)
    {
        lock (gate)
        {
            var index = unacknowledged.FindIndex(notice => notice.PacketId == packetId && notice.WasSent);
            if (index >= 0)
            {
                unacknowledged.RemoveAt(index);
                SendWaiting();
            }
        }
    }

    private void SendWaiting()
    {
        if (outlet is null)
        {
            return;
        }

        for (var i = 0; i < unacknowledged.Count && i < outlet.ReceiveMaximum; i++)
        {
            var notice = unacknowledged[i];
            if (notice.IsSent)
            {
                continue;
            }

            if (outlet.TrySend(notice.Payload.Span, 1, notice.PacketId, notice.WasSent))
            {
                unacknowledged[i] = notice with { IsSent = true, WasSent = true };
            }
            else
            {
                // Larger than the client takes: it must not be sent [MQTT-3.1.2-24].
                metrics.NoticeDropped();
                unacknowledged.RemoveAt(i--);
            }
        }
    }

    private ushort NextPacketId()
    {
        do
        {
            lastPacketId = lastPacketId == ushort.MaxValue ? (ushort)1 : (ushort)(lastPacketId + 1);
        }
        while (unacknowledged.Exists(notice => notice.PacketId == lastPacketId));
        return lastPacketId;
    }

    private readonly record struct Notice(ushort PacketId, ReadOnlyMemory<byte> Payload, bool IsSent, bool WasSent);

    /// <summary>How notices reach the client that is connected now.</summary>
    internal sealed class Outlet(MqttOutput output, byte[] topic, MqttVersion version, int receiveMaximum, uint maximumPacketSize, EdgeMetrics metrics)
    {
        /// <summary>With more than this waiting, notices at QoS 0 are not added.</summary>
        public int QuietBytes => 16 * 1024;

        public MqttOutput Output { get; } = output;

        public int ReceiveMaximum { get; } = receiveMaximum;

        public bool TrySend(ReadOnlySpan<byte> payload, int qos, ushort packetId, bool duplicate)
        {
            var length = MqttPacketWriter.PublishLength(topic.Length, payload.Length, qos, version);
            if ((uint)length > maximumPacketSize)
            {
                return false;
            }

            var packet = new byte[length];
            MqttPacketWriter.Publish(packet, topic, payload, qos, packetId, duplicate, version);
            Output.Write(packet);
            Output.Flush();
            metrics.NoticeSent();
            return true;
        }
    }
}
