using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A file that is followed: whatever kept a new one out of force for a while, it comes into force when that is over.</summary>
public sealed class FollowedFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();
    private readonly FakeTimeProvider clock = new(LedgerKit.Start);
    private readonly List<string> taken = [];
    private readonly List<string> refused = [];
    private string? failure;
    private Exception? fault;

    [Fact]
    public async Task One_that_somebody_holds_is_read_when_he_lets_go_and_said_once()
    {
        Write("one");
        await using var file = Follow();
        Write("three");
        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Look(3);
            (file.Current, refused.Count).Should().Be(("one", 1));
        }

        Look();
        (file.Current, string.Join(' ', taken), refused.Count).Should().Be(("three", "one three", 1));
        Look(2);
        taken.Should().HaveCount(2, "it is in force");
    }

    [Fact]
    public async Task One_that_cannot_be_put_in_force_yet_is_tried_again_and_whatever_went_wrong_is_said_once()
    {
        Write("one");
        fault = new InvalidOperationException("not yet");
        await using var file = Follow();
        (taken.Count, string.Join('|', refused)).Should().Be((0, "InvalidOperationException: not yet"), "the first one, too");
        Look(2);
        refused.Should().ContainSingle();
        fault = null;
        Look();
        taken.Should().Equal("one");

        Write("three");
        fault = new IOException("the disk is full");
        Look(2);
        (file.Current, string.Join('|', refused)).Should().Be(("one", "InvalidOperationException: not yet|the disk is full"));
        fault = null;
        Look();
        (file.Current, string.Join(' ', taken)).Should().Be(("three", "one three"));
    }

    [Fact]
    public async Task One_with_errors_or_gone_is_said_once_for_each_change_and_leaves_the_old_one()
    {
        Write("one");
        await using var file = Follow();
        failure = "line 1 is wrong";
        Write("wrong");
        Look(3);
        Write("wrong too");
        Look(3);
        File.Delete(path);
        Look(3);
        refused.Should().HaveCount(3);
        refused.Take(2).Should().Equal("line 1 is wrong", "line 1 is wrong");
        file.Current.Should().Be("one");
        failure = null;
        Write("three");
        Look();
        (file.Current, string.Join(' ', taken)).Should().Be(("three", "one three"));
    }

    public void Dispose() => File.Delete(path);

    private FollowedFile<string> Follow()
    {
        var file = new FollowedFile<string>(path, 100, text => (failure is null ? text : null, failure ?? ""));
        file.Follow(clock, Take, refused.Add);
        return file;
    }

    private Task Take(string text)
    {
        if (fault is not null)
        {
            throw fault;
        }

        taken.Add(text);
        return Task.CompletedTask;
    }

    private void Write(string text) => File.WriteAllText(path, text);

    private void Look(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
