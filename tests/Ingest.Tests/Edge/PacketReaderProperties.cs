using System.Buffers;
using CsCheck;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Packets written, joined and cut into any segments come out as they were.</summary>
public sealed class PacketReaderProperties
{
    [Fact]
    public void Whatever_the_segments_the_packets_are_the_same() =>
        Gen.Select(Gen.Byte.Array[0, 300].Array[1, 20], Gen.Int[1, 40].Array[1, 60], Gen.Int[0, 3000]).Sample((payloads, cuts, missing) =>
        {
            var bytes = payloads.SelectMany(Packet).ToArray();
            bytes = bytes[..Math.Max(0, bytes.Length - missing)];
            var expected = Naive(bytes);
            using var scratch = new MqttScratch();
            var buffer = Segments(bytes, cuts);
            var reader = new MqttPacketReader(buffer, MqttVersion.V5, 256 * 1024, scratch);
            var got = new List<string>();
            while (reader.TryRead(out var frame) == FrameStatus.Complete)
            {
                got.Add(Convert.ToHexString(frame.Body));
            }

            return got.SequenceEqual(expected)
                && buffer.Slice(0, reader.Consumed).Length == expected.Sum(body => Packet(Convert.FromHexString(body)).Length);
        });

    [Fact]
    public void A_notice_written_is_the_packet_read() =>
        Gen.Select(Gen.Char['a', 'z'].Array[1, 60], Gen.Byte.Array[0, 400], Gen.UShort[1, ushort.MaxValue], Gen.Bool, Gen.Bool).Sample(
            (topic, payload, id, isVersion5, atLeastOnce) =>
            {
                var version = isVersion5 ? MqttVersion.V5 : MqttVersion.V311;
                var name = topic.Select(c => (byte)c).ToArray();
                var qos = atLeastOnce ? 1 : 0;
                var bytes = new byte[MqttPacketWriter.PublishLength(name.Length, payload.Length, qos, version)];
                MqttPacketWriter.Publish(bytes, name, payload, qos, id, false, version).Should().Be(bytes.Length);
                using var scratch = new MqttScratch();
                var reader = new MqttPacketReader(new ReadOnlySequence<byte>(bytes), version, 4096, scratch);
                reader.TryRead(out var frame).Should().Be(FrameStatus.Complete);
                PublishPacket.TryParse(frame, version, out var packet).Should().Be(MqttReason.Success);
                return packet.Topic.SequenceEqual(name) && packet.Payload.SequenceEqual(payload)
                    && packet.Qos == qos && packet.PacketId == (atLeastOnce ? id : 0) && !packet.Retain;
            });

    [Fact]
    public void Text_is_valid_as_the_strictest_reading_has_it() =>
        Gen.Byte.Array[0, 12].Sample(bytes =>
        {
            bool naive;
            try
            {
                var text = new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
                naive = text.EnumerateRunes().All(r => r.Value >= 0x20 && (r.Value < 0x7F || r.Value > 0x9F)
                    && (r.Value & 0xFFFF) < 0xFFFE && (r.Value < 0xFDD0 || r.Value > 0xFDEF));
            }
            catch (ArgumentException)
            {
                naive = false;
            }

            return MqttText.IsValid(bytes) == naive;
        });

    private static byte[] Packet(byte[] body) => body.Length < 128
        ? [0x30, (byte)body.Length, .. body]
        : [0x30, (byte)(body.Length | 0x80), (byte)(body.Length >> 7), .. body];

    private static List<string> Naive(byte[] bytes)
    {
        var bodies = new List<string>();
        for (var at = 0; at + 1 < bytes.Length;)
        {
            int length = bytes[at + 1];
            var header = 2;
            if (length >= 128)
            {
                if (at + 2 >= bytes.Length)
                {
                    break;
                }

                length = (length & 0x7F) | (bytes[at + 2] << 7);
                header = 3;
            }

            if (at + header + length > bytes.Length)
            {
                break;
            }

            bodies.Add(Convert.ToHexString(bytes, at + header, length));
            at += header + length;
        }

        return bodies;
    }

    private static ReadOnlySequence<byte> Segments(byte[] bytes, int[] cuts)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty, null);
        var last = first;
        for (int at = 0, i = 0; at < bytes.Length; i++)
        {
            var length = Math.Min(cuts[i % cuts.Length], bytes.Length - at);
            last = new Segment(bytes.AsMemory(at, length), last);
            at += length;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
