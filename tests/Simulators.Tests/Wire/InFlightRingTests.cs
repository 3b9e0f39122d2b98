using CsCheck;

namespace PingAnIoT.Simulators.Tests;

/// <summary>The ring against a plain list that does the same.</summary>
public sealed class InFlightRingTests
{
    [Fact]
    public void Any_mix_of_publish_send_acknowledge_and_reconnect_gives_the_bytes_and_tags_of_a_plain_list() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[64, 400], Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1000]).Array[1, 400])
            .Sample((messages, capacity, steps) => Run(new InFlightRing(messages, capacity), messages, steps), iter: 3_000);

    [Fact]
    public void Packet_identifiers_wrap_after_65535_and_are_never_zero()
    {
        var ring = new InFlightRing(4, 1024);
        for (var i = 0; i < 140_000; i++)
        {
            var frame = ring.TryAdd([0x32, 2, 0, 0], 2, i, 0);
            var id = (ushort)((frame[2] << 8) | frame[3]);
            id.Should().Be((ushort)((i % 65_535) + 1));
            ring.Sent(4);
            ring.TryAcknowledge(id, out var tag, out _).Should().BeTrue();
            tag.Should().Be(i);
        }
    }

    private static void Run(InFlightRing ring, int messages, (int Op, int Arg)[] steps)
    {
        var oracle = new List<Message>();
        var serial = 0;
        foreach (var (op, arg) in steps)
        {
            switch (op)
            {
                case 0:
                    var frame = new byte[4 + (arg % 40)];
                    frame.AsSpan().Fill((byte)serial);
                    var hasId = arg % 5 != 0;
                    var written = ring.TryAdd(frame, hasId ? 2 : -1, serial, serial);
                    if (!written.IsEmpty)
                    {
                        oracle.Add(new Message(written.ToArray(), hasId ? (ushort)((written[2] << 8) | written[3]) : (ushort)0, serial));
                        serial++;
                    }

                    break;
                case 1:
                    Send(ring, oracle, arg);
                    break;
                case 2 when oracle.Count > 0:
                    var chosen = oracle[arg % oracle.Count];
                    var expected = chosen.Id > 0 && !chosen.Acked && chosen.Sent == chosen.Bytes.Length;
                    ring.TryAcknowledge(chosen.Id, out var tag, out _).Should().Be(expected);
                    if (expected)
                    {
                        tag.Should().Be(chosen.Serial);
                        chosen.Acked = true;
                    }

                    break;
                case 3 when arg % 10 == 0:
                    ring.Rewind().Should().Be(oracle.Count(m => m.Id > 0 && !m.Acked && m.Sent == m.Bytes.Length));
                    oracle.ForEach(m => m.Rewind());
                    break;
            }

            oracle.RemoveRange(0, oracle.TakeWhile(m => m.IsDone).Count());
            ring.Count.Should().Be(oracle.Count).And.BeLessThanOrEqualTo(messages);
        }
    }

    private static void Send(InFlightRing ring, List<Message> oracle, int arg)
    {
        var run = ring.Unsent;
        ring.HasUnsent.Should().Be(oracle.Any(m => m.Sent < m.Bytes.Length));
        run.IsEmpty.Should().Be(!ring.HasUnsent);
        var count = Math.Min(arg % 60, run.Length);
        var at = 0;
        foreach (var message in oracle.Where(m => m.Sent < m.Bytes.Length))
        {
            while (at < count && message.Sent < message.Bytes.Length)
            {
                run[at++].Should().Be(message.Bytes[message.Sent++]);
            }
        }

        ring.Sent(count);
    }

    private sealed class Message(byte[] bytes, ushort id, int serial)
    {
        public byte[] Bytes { get; } = bytes;

        public ushort Id { get; } = id;

        public int Serial { get; } = serial;

        public int Sent { get; set; }

        public bool Acked { get; set; }

        public bool IsDone => Sent == Bytes.Length && (Id == 0 || Acked);

        public void Rewind()
        {
            if (Id > 0 && !Acked && Sent == Bytes.Length)
            {
                Bytes[0] |= 0x08;
            }

            Sent = 0;
        }
    }
}
