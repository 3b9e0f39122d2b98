using System.Buffers.Binary;

namespace PingAnIoT.Simulators;

/// <content>What the server says, and what its silence means.</content>
public sealed partial class WireClient
{
    private const int LargestPacket = 16 * 1024;
    private byte[] carry = [];
    private int carryLength;

    private void Receive(long now, byte[] scratch)
    {
        while (canRead && state is State.AwaitingConnack or State.Open)
        {
            carry.AsSpan(0, carryLength).CopyTo(scratch);
            var count = link!.Receive(scratch.AsSpan(carryLength), out var mayHaveMore);
            if (count == 0)
            {
                canRead = false;
                return;
            }

            if (count == WireLink.Gone)
            {
                Lost(now, link.Error);
                return;
            }

            lastReceived = now;
            canRead = mayHaveMore || isHung;
            if (!TakePackets(scratch.AsSpan(0, carryLength + count), now))
            {
                Lost(now, ConnackCode == 0 ? "what the server says is not MQTT, or it says goodbye" : Refusal());
                return;
            }
        }
    }

    private bool TakePackets(ReadOnlySpan<byte> bytes, long now)
    {
        while (bytes.Length > 0)
        {
            var header = WireFrames.ReadHeader(bytes, out var remaining);
            if (header < 0 || header + remaining > LargestPacket)
            {
                return false;
            }

            if (header == 0 || header + remaining > bytes.Length)
            {
                break;
            }

            if (!Take(bytes[0] >> 4, bytes.Slice(header, remaining), now))
            {
                return false;
            }

            bytes = bytes[(header + remaining)..];
        }

        if (carry.Length < bytes.Length)
        {
            carry = new byte[Math.Max(64, bytes.Length)];
        }

        bytes.CopyTo(carry);
        carryLength = bytes.Length;
        return true;
    }

    private bool Take(int type, ReadOnlySpan<byte> body, long now)
    {
        switch (type)
        {
            case 2:
                return Connack(body);
            case 4 when body.Length >= 2:
                Puback(BinaryPrimitives.ReadUInt16BigEndian(body), body.Length > 2 ? body[2] : (byte)0, now);
                return true;
            case 14:
                return false;
            default:
                return true;
        }
    }

    /// <summary>The codes of 3.1.1 and of 5 that are about who one is.</summary>
    private string Refusal() => $"CONNACK with code {ConnackCode}" + (ConnackCode is 4 or 5 or 0x86 or 0x87 ? $", it does not take {Options.ClientId} with this password" : "");

    private bool Connack(ReadOnlySpan<byte> body)
    {
        if (body.Length < 2)
        {
            return false;
        }

        ConnackCode = body[1];
        if (ConnackCode != 0)
        {
            counters.ConnectsRefused++;
            return false;
        }

        if (Options.Version == WireVersion.Mqtt5)
        {
            ring.LimitMessages = Math.Min(Options.WindowMessages, ConnackProperties.ReceiveMaximum(body[2..]));
        }

        failures = 0;
        LastError = null;
        counters.Connected++;
        state = State.Open;
        return true;
    }

    private void Puback(ushort packetId, byte reason, long now)
    {
        if (!ring.TryAcknowledge(packetId, out var tag, out var queued))
        {
            return;
        }

        if (reason < 0x80)
        {
            counters.Acknowledged++;
        }
        else
        {
            counters.Refused++;
        }

        counters.Latency((now - queued) * 1_000_000 / time.TimestampFrequency);
        Acknowledged?.Invoke(this, tag, reason);
    }

    private void KeepAlive(long now)
    {
        if (state != State.Open || Options.KeepAliveSeconds == 0)
        {
            return;
        }

        if (now > DeadAt)
        {
            Lost(now, "no sign of life");
        }
        else if (now > PingAt && !ring.HasUnsent)
        {
            lastPing = now;
            if (link!.Send(WireFrames.PingRequest) == 1)
            {
                Lost(now, "half a packet sent");
            }
        }
    }
}
