using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

public sealed class RuleSourceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rules-").FullName;
    private readonly FakeTimeProvider time = new();
    private readonly List<string> changes = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Rule(string id, int threshold = 480) => $$"""
        rules:
          - id: {{id}}
            title: { zh: 甲, en: A }
            kind: gas-pipe
            quantity: pressure
            when: last
            red: "> {{threshold}}"
            basis: site

        """;

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private RuleSource Open(string path)
    {
        var source = new RuleSource(path, Catalog.Default, time, NullLogger.Instance);
        source.Changes.Subscribe(set => changes.Add(string.Join(' ', set.Rules.Select(r => $"{r.Id}>{r.Bands[0].Threshold}"))));
        return source;
    }

    /// <summary>Long enough for a look, the settling, and the look after it.</summary>
    private void Pass()
    {
        Advance(RuleSource.PollInterval);
        Advance(RuleSource.SettleTime);
    }

    /// <summary>
    /// Returns when all that is due has run. The clock alone does not promise that: while a notice of the system sets a timer on a thread of its own, that thread
    /// runs what is due, or nobody does until the clock is moved again. A timer that is due now runs after all that were due before it.
    /// </summary>
    private void Advance(TimeSpan by)
    {
        time.Advance(by);
        using var over = new ManualResetEventSlim();
        using var last = time.CreateTimer(_ => over.Set(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        JournalTests.WaitUntil(() =>
        {
            time.Advance(TimeSpan.Zero);
            return over.IsSet;
        });
    }

    [Fact]
    public void Reads_a_file_at_once_and_follows_it()
    {
        var path = Write("a.yaml", Rule("one"));
        using var source = Open(path);
        source.Current.Rules.Should().ContainSingle();
        Pass();
        changes.Should().BeEmpty("nothing changed");
        Write("a.yaml", Rule("one", 500));
        Pass();
        changes.Should().Equal("one>500");
        source.Current.Rules[0].Bands[0].Threshold.Should().Be(500);
    }

    /// <summary>As a start does, which takes the rules, replays by them and only then follows.</summary>
    [Fact]
    public void What_came_into_force_between_being_taken_and_being_followed_is_not_missed()
    {
        var path = Write("a.yaml", Rule("one"));
        using var source = new RuleSource(path, Catalog.Default, time, NullLogger.Instance);
        var taken = source.Current;
        Write("a.yaml", Rule("one", 500));
        Pass();
        var told = new List<double>();
        using var following = source.Follow(taken, rules => told.Add(rules.Rules[0].Bands[0].Threshold));
        told.Should().Equal(500);
        Write("a.yaml", Rule("one", 510));
        Pass();
        told.Should().Equal(500, 510);
        using var upToDate = source.Follow(source.Current, rules => told.Add(rules.Rules[0].Bands[0].Threshold));
        told.Should().Equal([500, 510], "it is known already");
    }

    [Fact]
    public void A_bad_file_leaves_the_old_rules_and_says_why_until_it_is_mended()
    {
        var path = Write("a.yaml", Rule("one"));
        using var source = Open(path);
        foreach (var bad in (string[])["", "rules: [", Rule("Bad Id"), "rulez: []"])
        {
            Write("a.yaml", bad);
            Pass();
            source.Current.Rules.Should().ContainSingle();
            source.LastErrors.Should().NotBeEmpty();
        }

        File.Delete(path);
        Pass();
        source.LastErrors.Should().ContainSingle().Which.Message.Should().Be($"cannot be read: Could not find file '{path}'.");
        File.WriteAllBytes(path, [0xff, 0xfe, 0x00]);
        Pass();
        source.LastErrors.Should().ContainSingle().Which.Message.Should().Be("not UTF-8; expected a text file in UTF-8");
        changes.Should().BeEmpty();
        Write("a.yaml", Rule("two"));
        Pass();
        source.LastErrors.Should().BeEmpty();
        changes.Should().Equal("two>480");
    }

    [Fact]
    public void Mending_a_file_to_what_it_was_is_no_change()
    {
        var path = Write("a.yaml", Rule("one"));
        using var source = Open(path);
        Write("a.yaml", "");
        Pass();
        Write("a.yaml", Rule("one"));
        Pass();
        source.LastErrors.Should().BeEmpty();
        changes.Should().BeEmpty();
    }

    [Fact]
    public void A_file_is_taken_only_when_it_has_settled()
    {
        var path = Write("a.yaml", Rule("one"));
        using var source = Open(path);
        for (var i = 1; i <= 5; i++)
        {
            Write("a.yaml", Rule("one", 400 + i));
            source.Look();
            Advance(RuleSource.SettleTime / 2);
            source.Look();
            Write("a.yaml", Rule("one", 500 + i));
            source.Look();
            source.Look();
            Advance((RuleSource.SettleTime / 2) + TimeSpan.FromTicks(1));
        }

        changes.Should().BeEmpty("it never stood still for long enough");
        Pass();
        changes.Should().Equal("one>505");
    }

    [Fact]
    public void A_timer_that_wakes_too_early_is_set_again()
    {
        var path = Write("a.yaml", Rule("one"));
        using var source = new RuleSource(path, Catalog.Default, new EarlyTimers(time), NullLogger.Instance);
        File.WriteAllText(path, Rule("one", 500));
        source.Look();
        Advance(RuleSource.SettleTime - TimeSpan.FromMilliseconds(1));
        source.Current.Rules[0].Bands[0].Threshold.Should().Be(480, "it has not stood still for long enough");
        Advance(TimeSpan.FromMilliseconds(3));
        source.Current.Rules[0].Bands[0].Threshold.Should().Be(500, "long before the next look of itself");
    }

    [Fact]
    public void A_folder_is_one_set_in_the_order_of_names()
    {
        Write("b.yml", Rule("bee"));
        Write("a.yaml", Rule("ay"));
        Write("notes.txt", "not rules");
        Write(".hidden.yaml", "not rules");
        using var source = Open(folder);
        source.Current.Rules.Select(r => r.Id).Should().Equal("ay", "bee");
        RuleFile.Parse(source.Current.Source, "journal", Catalog.Default).RuleSet!.Rules.Select(r => r.Id).Should().Equal("ay", "bee");

        Write("c.yaml", Rule("bee"));
        Pass();
        source.LastErrors.Should().ContainSingle().Which.ToString()
            .Should().Be($"{folder}/c.yaml:2:9: rule 'bee' again; expected every id once (first in {folder}/b.yml on line 2)");
        source.Current.Rules.Should().HaveCount(2);

        File.Delete(Path.Combine(folder, "b.yml"));
        Pass();
        changes.Should().Equal("ay>480 bee>480");
        source.LastErrors.Should().BeEmpty();
    }

    [Fact]
    public void Nothing_at_the_path_at_start_is_an_error_to_decide_on()
    {
        using (var missing = Open(Path.Combine(folder, "none.yaml")))
        {
            missing.Current.Rules.Should().BeEmpty();
            missing.LastErrors.Should().ContainSingle();
            Write("none.yaml", Rule("late"));
            Pass();
            changes.Should().Equal("late>480");
        }

        var empty = Directory.CreateDirectory(Path.Combine(folder, "empty")).FullName;
        using var source = Open(empty);
        source.LastErrors.Should().ContainSingle().Which.Message
            .Should().Be("no *.yaml and no *.yml in the folder; expected at least one rule file");
    }

    [Fact]
    public void A_huge_file_is_refused_without_being_read()
    {
        var path = Write("a.yaml", Rule("one"));
        using var source = Open(path);
        using (var file = new FileStream(path, FileMode.Create))
        {
            file.SetLength(100L << 20);
        }

        Pass();
        source.LastErrors.Should().ContainSingle().Which.Message.Should().Be("more than 4194304 bytes; expected a smaller file");
        source.Current.Rules.Should().ContainSingle();
    }

    [Fact]
    public void A_subscriber_that_throws_stops_nothing()
    {
        var path = Write("a.yaml", Rule("one"));
        using var source = new RuleSource(path, Catalog.Default, time, NullLogger.Instance);
        using var subscription = source.Changes.Subscribe(_ => throw new InvalidOperationException("broken subscriber"));
        Write("a.yaml", Rule("two"));
        Pass();
        Write("a.yaml", Rule("three"));
        Pass();
        source.Current.Rules[0].Id.Should().Be("three");
    }

    /// <summary>A clock whose timers wake a tenth of their time early.</summary>
    private sealed class EarlyTimers(FakeTimeProvider clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(clock.CreateTimer(callback, state, Early(dueTime), period));

        private static TimeSpan Early(TimeSpan time) => time > TimeSpan.Zero ? time * 0.9 : time;

        private sealed class Timer(ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Early(dueTime), period);

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
