using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

public sealed class MessageBatchTests
{
    private const int Messages = 1_000;

    [Fact]
    public async Task Readings_without_a_time_that_come_together_are_each_counted_live_and_in_a_replay()
    {
        await using var plant = new TestPlant();
        await plant.StartAsync();
        var source = new TestSource("g1");
        source.Lane = plant.Pipeline.Intake.OpenLane(source);
        var times = new List<long>();

        // The clock stands still, so the second batch would have the time of the first.
        for (var round = 0; round < 2; round++)
        {
            var batch = await source.Lane.RentAsync(TestContext.Current.CancellationToken);
            for (var i = 0; i < Messages; i++)
            {
                batch.Add("pingan/v1/g1/gas-pipe/p1"u8, "{\"pressure\": 400}"u8, PayloadFormat.Detect, 0);
            }

            times.AddRange(TimesOf(batch));
            TimesOf(Replayed(batch, plant.Register)).Should().Equal(TimesOf(batch));
            source.Lane.Submit(batch);
        }

        times.Should().HaveCount(2 * Messages).And.OnlyHaveUniqueItems().And.BeInAscendingOrder();
        plant.Settle();
        Counted(plant).Should().Be((2 * Messages, 0));
        await plant.Pipeline.AbandonAsync();
        await plant.StartAsync();
        plant.Pipeline.Recovery!.Messages.Should().Be(2 * Messages);
        Counted(plant).Should().Be((2 * Messages, 0));
        plant.Pipeline.Intake.NowMicros().Should().BeGreaterThan(times[^1], "a restart gives no time twice either");
    }

    [Fact]
    public void A_message_that_the_decoder_fails_on_is_refused_and_kept_and_takes_nothing_else_with_it()
    {
        var register = new DeviceRegister(Catalog.Default);
        var batch = new MessageBatch(new DefectiveDecoder(register));
        batch.Reset(new MessageContext("g1", Decoded.Now));
        Add(batch, "good");
        Add(batch, "bad");
        Add(batch, "good");
        Check(batch);

        // What was decodable on the day and is not any more keeps no start from succeeding either.
        var sound = new MessageBatch(new MessageDecoder(register));
        sound.Reset(new MessageContext("g1", Decoded.Now));
        Add(sound, "good");
        Add(sound, "bad");
        Add(sound, "good");
        sound.AcceptedCount.Should().Be(3);
        Check(Replayed(sound, new DefectiveDecoder(register)));

        // Mended meanwhile: the verdict of the day stands.
        var mended = Replayed(batch, new MessageDecoder(register));
        mended.Outcomes.ToArray().Should().Equal(batch.Outcomes.ToArray());
        mended.Readings.Readings.ToArray().Should().Equal(batch.Readings.Readings.ToArray());
        mended.Defect.Should().BeNull();
    }

    private static void Check(MessageBatch batch)
    {
        batch.Outcomes.ToArray().Select(o => o.Reason).Should().Equal(RefusalReason.None, RefusalReason.Undecodable, RefusalReason.None);
        batch.Refusals.ToArray().Should().Equal(new Refusal(RefusalReason.Undecodable, 0));
        (batch.AcceptedCount, batch.Readings.Count, batch.DefectCount).Should().Be((2, 2, 1));
        var letters = new List<DeadLetter>();
        DeadLetters.Collect(batch, 1, letters);
        letters.Should().ContainSingle().Which.Should().Match<DeadLetter>(l => l.Index == 1 && l.IsWhole && l.Topic.EndsWith("bad"));
    }

    private static void Add(MessageBatch batch, string device) =>
        batch.Add(Encoding.UTF8.GetBytes("pingan/v1/g1/gas-pipe/" + device), "{\"pressure\": 400}"u8, PayloadFormat.Detect, 0);

    private static MessageBatch Replayed(MessageBatch batch, DeviceRegister register) => Replayed(batch, new MessageDecoder(register));

    private static MessageBatch Replayed(MessageBatch batch, MessageDecoder decoder)
    {
        var again = new MessageBatch(decoder);
        again.Reset(batch.Context);
        var records = new MessageRecords(batch.Records);
        while (records.MoveNext())
        {
            again.AddReplayed(records);
        }

        return again;
    }

    private static long[] TimesOf(MessageBatch batch) => [.. batch.Readings.Readings.ToArray().Select(r => r.EventTimeMicros)];

    private static (long Counted, long Duplicates) Counted(TestPlant plant) =>
        (plant.Pipeline.EngineCounters.Sum(c => c.Evaluated), plant.Pipeline.EngineCounters.Sum(c => c.Duplicates));

    /// <summary>Throws at one device, after it has done half of its work.</summary>
    private sealed class DefectiveDecoder(DeviceRegister register) : MessageDecoder(register)
    {
        private protected override Refusal DecodeMessage(
            in MessageContext context, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, PayloadFormat format,
            ReadingBatch readings, List<Refusal> refusals)
        {
            var refusal = base.DecodeMessage(context, topic, payload, format, readings, refusals);
            return topic.EndsWith("bad"u8) ? throw new InvalidOperationException("a defect") : refusal;
        }
    }
}
