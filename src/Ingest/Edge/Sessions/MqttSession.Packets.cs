using System.Buffers;

namespace PingAnIoT.Ingest;

/// <content>What the packets of one read do.</content>
internal sealed partial class MqttSession
{
    private enum Step
    {
        /// <summary>Every whole packet has been dealt with.</summary>
        Done,

        /// <summary>A message is next, and there is no batch to put it in.</summary>
        NeedBatch,

        /// <summary>The client said goodbye.</summary>
        Goodbye,

        /// <summary>See the reason.</summary>
        Refused,
    }

    /// <summary>Deals with whole packets until there are no more, and leaves the rest in <paramref name="buffer"/>.</summary>
    private (Step Step, MqttReason Reason) Process(ref ReadOnlySequence<byte> buffer)
    {
        var reader = new MqttPacketReader(buffer, version, services.Options.PacketLimitBytes, scratch);
        var step = Step.Done;
        var reason = MqttReason.Success;
        var consumed = buffer.Start;
        while (step == Step.Done)
        {
            var status = reader.TryRead(out var frame);
            if (status == FrameStatus.Incomplete)
            {
                break;
            }

            if (status == FrameStatus.Refused)
            {
                (step, reason) = (Step.Refused, reader.Error);
                break;
            }

            (step, reason) = frame.Type == MqttPacketType.Publish ? OnPublish(frame) : OnControl(frame);
            if (step != Step.NeedBatch)
            {
                consumed = reader.Consumed;
            }
        }

        buffer = buffer.Slice(consumed);
        return (step, reason);
    }

    private (Step Step, MqttReason Reason) OnPublish(in MqttFrame frame)
    {
        var reason = PublishPacket.TryParse(frame, version, out var packet);
        if (reason == MqttReason.Success)
        {
            reason = packet.Qos == 2 ? MqttReason.QosNotSupported
                : packet.Retain && version == MqttVersion.V5 ? MqttReason.RetainNotSupported
                : packet.Qos == 1 && received - Volatile.Read(ref acknowledged) >= receiveMaximum ? MqttReason.ReceiveMaximumExceeded
                : MqttReason.Success;
        }

        if (reason != MqttReason.Success)
        {
            return (Step.Refused, reason);
        }

        var refusal = packet.Retain ? RefusalReason.NotSupported : RefusalReason.None;
        if (!packet.TryFormat(out var format))
        {
            refusal = RefusalReason.FormatUnknown;
        }

        if (batch is null)
        {
            return (Step.NeedBatch, MqttReason.Success);
        }

        batch.Add(packet.Topic, packet.Payload, format, packet.PacketId, refusal);
        publishedNow++;
        taken++;
        received += packet.Qos;
        if (batch.IsFull)
        {
            SubmitBatch();
        }

        return (Step.Done, MqttReason.Success);
    }

    private (Step Step, MqttReason Reason) OnControl(in MqttFrame frame)
    {
        if (frame.Type != MqttPacketType.Disconnect)
        {
            var answer = control.Answer(frame);
            return (answer == MqttReason.Success ? Step.Done : Step.Refused, answer);
        }

        var reason = DisconnectPacket.TryParse(frame, version, out var packet);
        if (reason == MqttReason.Success && packet.SessionExpirySeconds is > 0 && agreement.Connect.SessionExpirySeconds == 0)
        {
            reason = MqttReason.ProtocolError;
        }

        if (reason != MqttReason.Success)
        {
            return (Step.Refused, reason);
        }

        EndedWell = !packet.WithWill;
        SessionExpirySeconds = Math.Min(
            packet.SessionExpirySeconds ?? SessionExpirySeconds, (uint)services.Options.SessionExpiryMaximumSeconds);
        return (Step.Goodbye, MqttReason.Success);
    }
}
