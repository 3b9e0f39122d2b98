namespace PingAnIoT.Ingest.Tests;

/// <summary>Questions about a series, put to the shard that is at work.</summary>
public sealed class ExplainTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_device_s_own_shard_answers_as_of_what_came_before(int shards)
    {
        await using var plant = new TestPlant();
        plant.Options = plant.Options with { Shards = shards };
        await plant.StartAsync();
        var source = new TestSource("g1");
        for (var i = 0; i < 5; i++)
        {
            await plant.PressureAsync(source, $"p{i}", 400 + i);
        }

        plant.Advance(1);
        for (var i = 0; i < 5; i++)
        {
            var device = plant.Register.Find(0, System.Text.Encoding.UTF8.GetBytes($"p{i}"));
            var explanation = await plant.Pipeline.ExplainAsync(device, 0, Limit, TestContext.Current.CancellationToken);
            explanation!.Series.Should().Be($"gas-pipe/p{i}/pressure");
            explanation.Newest.Should().ContainSingle().Which.Value.Should().Be(400 + i);
            explanation.RuleIds.Should().Equal("over-pressure", "silent");
        }

        plant.Pipeline.Health.UnevaluatedBytes.Should().Be(0, "a question is no place in the journal");
    }

    [Fact]
    public async Task A_shard_that_is_stuck_answers_nobody_and_keeps_no_more_than_so_many_questions()
    {
        await using var plant = new TestPlant("""
            rules:
              - id: over-pressure
                title: { zh: 超压, en: Over-pressure }
                kind: gas-pipe
                quantity: pressure
                when: last
                red: "> 480"
                basis: site
            """);
        await plant.StartAsync();
        var source = new TestSource("g1");
        await plant.PressureAsync(source, "p1", 400);
        plant.Advance(1);
        plant.Sink.Open.Reset();
        await plant.PressureAsync(source, "p1", 500);
        JournalTests.WaitUntil(() => source.Count == 2 && plant.Pipeline.Health.UnevaluatedBytes > 0);

        var waiting = Enumerable.Range(0, Shard.QuestionsMax).Select(_ => plant.Pipeline.ExplainAsync(0, 0, Limit, TestContext.Current.CancellationToken)).ToList();
        (await plant.Pipeline.ExplainAsync(0, 0, Limit, TestContext.Current.CancellationToken)).Should().BeNull("too many ask already");
        waiting.Should().OnlyContain(t => !t.IsCompleted);
        plant.Time.Advance(Limit);
        (await Task.WhenAll(waiting)).Should().OnlyContain(e => e == null, "the time is up");
        (await plant.Pipeline.ExplainAsync(0, 0, Limit, TestContext.Current.CancellationToken)).Should().BeNull("those given up still wait in the queue");

        plant.Sink.Open.Set();
        plant.Settle();
        JournalTests.WaitUntil(() => plant.Pipeline.ExplainAsync(0, 0, TimeSpan.FromMinutes(1)).GetAwaiter().GetResult()?.Rules[0].Says == Rules.Severity.Red);
        plant.Sink.Lines.Should().ContainSingle();
    }
}
