namespace PingAnIoT.Alerts.Tests;

/// <summary>Refusals are on record, every one of them, and are no flood.</summary>
public sealed class RefusalAuditTests
{
    [Fact]
    public async Task Ten_thousand_refusals_are_two_entries_and_none_is_uncounted()
    {
        await using var kit = new LedgerKit();
        await using (var audit = new RefusalAudit(kit.Open(), kit.Clock))
        {
            Note(10_000);
            await kit.FlushAsync();
            (await CountsAsync()).Should().Equal(1);
            kit.Fake.Advance(TimeSpan.FromMinutes(1));
            await kit.FlushAsync();
            (await CountsAsync()).Should().Equal(1, 9_999);

            Note(3);
            await kit.FlushAsync();
            (await CountsAsync()).Should().HaveCount(2);
            kit.Fake.Advance(TimeSpan.FromMinutes(2));
            await kit.FlushAsync();
            (await CountsAsync()).Should().Equal(1, 9_999, 3);

            Note(2);

            void Note(int count)
            {
                for (var i = 0; i < count; i++)
                {
                    audit.Note("nobody", "AlertService/List", "TokenRefused");
                }
            }
        }

        (await CountsAsync()).Sum().Should().Be(10_005, "what was counted when it stopped is on record too");

        async Task<IReadOnlyList<long>> CountsAsync() => [.. (await kit.EntriesAsync(EntryKind.Refused)).Select(e => e.Body.Refusal!.Count)];
    }

    [Fact]
    public async Task Invented_names_do_not_grow_it()
    {
        await using var kit = new LedgerKit();
        await using (var audit = new RefusalAudit(kit.Open(), kit.Clock))
        {
            for (var i = 0; i < 5_000; i++)
            {
                audit.Note($"name-{i}", "AlertService/List", "PermissionDenied");
            }
        }

        var entries = await kit.EntriesAsync(EntryKind.Refused);
        entries.Count.Should().BeLessThan(1_010);
        entries.Sum(e => e.Body.Refusal!.Count).Should().Be(5_000);
    }
}
