using System.Text;
using CsCheck;

namespace PingAnIoT.Simulators.Tests;

/// <summary>Packets written in place are those made the plain way.</summary>
public sealed class WireFramesTests
{
    [Fact]
    public void A_publish_written_in_place_is_the_one_made_with_lists() =>
        Gen.Select(Gen.Int[1, 200], Gen.OneOf(Gen.Int[0, 300], Gen.Int[16_000, 17_000], Gen.Int[2_096_000, 2_098_000]), Gen.Bool, Gen.Int[0, 1]).Sample(
            (topicLength, payloadLength, isFive, qos) =>
            {
                var version = isFive ? WireVersion.Mqtt5 : WireVersion.Mqtt311;
                var topic = new string('t', topicLength);
                var payload = new byte[payloadLength];
                payload.AsSpan().Fill(0x70);
                var frame = WireFrames.Publish(version, topic, payload, qos);
                var written = new byte[WireFrames.PublishLength(version, topicLength, payloadLength, qos)];
                WireFrames.WritePublish(written, version, Encoding.ASCII.GetBytes(topic), payload, qos, 0);
                return written.AsSpan().SequenceEqual(frame.Bytes);
            },
            iter: 500);

    [Fact]
    public void Progress_remembers_what_a_set_would() =>
        Gen.Select(Gen.Int[1, 400], Gen.Select(Gen.Int[0, 1_000], Gen.Int[0, 9]).Array[1, 2_000]).Sample(
            (window, steps) =>
            {
                var progress = new WireProgress();
                var (open, accepted, published) = (new List<long>(), new HashSet<long>(), 0L);
                foreach (var (which, kind) in steps)
                {
                    if (open.Count == 0 || (kind < 5 && published - open[0] < window))
                    {
                        open.Add(published++);
                        progress.Publish();
                        continue;
                    }

                    var ordinal = open[which % open.Count];
                    open.Remove(ordinal);
                    progress.Settle(ordinal, isAccepted: kind != 9);
                    if (kind != 9)
                    {
                        accepted.Add(ordinal);
                    }
                }

                return progress.Published == published && progress.Acknowledged == accepted.Count
                    && progress.Acknowledged + progress.Refused + open.Count == published
                    && Enumerable.Range(0, (int)published + 300).All(o => progress.IsAcknowledged(o) == accepted.Contains(o));
            },
            iter: 300);
}
