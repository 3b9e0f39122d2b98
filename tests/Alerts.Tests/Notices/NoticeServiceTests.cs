using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What an officer is told of notices, and may do about those that nobody got.</summary>
public sealed class NoticeServiceTests
{
    [Fact]
    public async Task Who_was_told_when_over_what_in_how_many_tries()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        var answers = new Queue<string>(["status 503", "no answer in time", ""]);
        kit.Answer = (channel, _) => channel.Name == "hook" && answers.Count > 0 ? answers.Dequeue() : "";
        kit.Open();
        var service = new NoticeService(kit.Kit.Ledger, kit.Office);
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();
        var id = kit.Kit.OnlyAlert().Id;
        var first = await ListAsync();
        first.Should().Contain(n => n.Recipient == "street" && n.State == V1.NoticeState.Pending && n.Tries == 1 && n.Answer == "status 503" && n.DueTime != null);
        first.Should().Contain(n => n.Recipient == "fallback" && n.Channel == "calls" && n.State == V1.NoticeState.Pending && n.Tries == 0);

        await kit.LookAsync(1);
        await kit.LookAsync(2);
        await kit.LookAsync(9);
        var then = (await ListAsync()).Where(n => n.Reason == V1.NoticeReason.Raised).ToList();
        then.Should().Contain(n => n.Recipient == "street" && n.State == V1.NoticeState.Delivered && n.Tries == 3 && n.Answer.Length == 0 && n.Channel == "hook");
        then.Should().Contain(n => n.Recipient == "fallback" && n.State == V1.NoticeState.Withdrawn && n.Answer == "attended");
        var foreign = () => service.ListNotices(new V1.ListNoticesRequest { AlertId = id }, new OfficerCall("d09"));
        (await foreign.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.NotFound);

        async Task<IReadOnlyList<V1.Notice>> ListAsync() => (await service.ListNotices(new V1.ListNoticesRequest { AlertId = id }, new OfficerCall("d01"))).Notices;
    }

    [Fact]
    public async Task A_dead_notice_is_seen_sent_again_or_discarded_by_who_may_see_its_alert()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Answer = (channel, _) => "status 503";
        kit.Open();
        var service = new NoticeService(kit.Kit.Ledger, kit.Office);
        await kit.PostAsync(kit.At("a", "d01/s03/c07").To(Severity.Green, kit.Kit.Now), kit.At("b", "d02").To(Severity.Green, kit.Kit.Now));
        for (var second = 0; second < 2000 && kit.Office.Health.Lost < 2; second++)
        {
            await kit.LookAsync(1);
        }

        var all = new List<V1.Notice>();
        var request = new V1.ListDeadNoticesRequest { PageSize = 1 };
        do
        {
            var page = await service.ListDeadNotices(request, new OfficerCall(""));
            all.AddRange(page.Notices);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        all.Select(n => n.Key).Should().OnlyHaveUniqueItems().And.HaveCount(4);
        var own = (await service.ListDeadNotices(new V1.ListDeadNoticesRequest(), new OfficerCall("d01"))).Notices;
        own.Should().HaveCount(2).And.OnlyContain(n => n.Recipient == "street" && n.State == V1.NoticeState.Dead && n.Tries == 12);

        var channels = await service.ListChannels(new V1.ListChannelsRequest(), new OfficerCall(""));
        (channels.LostNotices, channels.Fault).Should().Be((2, "notices: 2 could be delivered over no channel, not even the fallback"));
        channels.Channels.Single(c => c.Fallback).Should().Match<V1.Channel>(c => c.Name == "calls" && c.OpenCircuit && c.DeadNotices == 2 && c.Answer == "status 503");

        var reach = () => service.RetryNotice(new V1.RetryNoticeRequest { Key = own[0].Key }, new OfficerCall("d02"));
        (await reach.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.NotFound);
        kit.Answer = (_, _) => "";
        await service.RetryNotice(new V1.RetryNoticeRequest { Key = own[0].Key, RequestId = "r1" }, new OfficerCall("d01"));
        await service.DiscardNotice(new V1.DiscardNoticeRequest { Key = own[1].Key, RequestId = "r2" }, new OfficerCall("d01"));
        var entries = kit.Kit.Ledger.Book.Sequence;
        await service.RetryNotice(new V1.RetryNoticeRequest { Key = own[0].Key, RequestId = "r1" }, new OfficerCall("d01"));
        await service.DiscardNotice(new V1.DiscardNoticeRequest { Key = own[1].Key, RequestId = "r2" }, new OfficerCall("d01"));
        kit.Kit.Ledger.Book.Sequence.Should().Be(entries, "the same request twice is one");
        var reused = () => service.DiscardNotice(new V1.DiscardNoticeRequest { Key = own[1].Key, RequestId = "r1" }, new OfficerCall("d01"));
        (await reused.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.InvalidArgument);
        for (var second = 0; second < 300 && !kit.Sent.Exists(s => s.Message.Card.Key == own[0].Key); second++)
        {
            await kit.LookAsync(1);
        }

        kit.Sent.Should().Contain(s => s.Message.Card.Key == own[0].Key);
        (await service.ListDeadNotices(new V1.ListDeadNoticesRequest(), new OfficerCall("d01"))).Notices.Should().BeEmpty();
        (await kit.Kit.EntriesAsync(EntryKind.NoticeWithdrawn)).Should().Contain(e => e.Actor == "wang" && e.Body.Notice!.Attempt!.Reason == "discarded");
        var wrong = () => service.ListDeadNotices(new V1.ListDeadNoticesRequest { PageToken = "x" }, new OfficerCall(""));
        (await wrong.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.InvalidArgument);
    }

    /// <summary>Pages are filled with what is the officer's own, and where they begin tells nothing of what lies between: that is another street's.</summary>
    [Fact]
    public async Task Pages_of_dead_letters_and_their_tokens_tell_nothing_of_another_street()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml);
        kit.Answer = (channel, _) => "status 503";
        kit.Open();
        var service = new NoticeService(kit.Kit.Ledger, kit.Office);
        await kit.PostAsync([.. Enumerable.Range(0, 6).Select(i => kit.At($"s-{i}", i is 1 or 4 ? $"d01/s03/c0{i}" : $"d02/s0{i}").To(Severity.Green, kit.Kit.Now))]);
        for (var second = 0; second < 4000 && kit.Office.Health.Lost < 6; second++)
        {
            await kit.LookAsync(1);
        }

        var city = (await service.ListDeadNotices(new V1.ListDeadNoticesRequest(), new OfficerCall(""))).Notices.ToList();
        foreach (var street in new[] { "d01/s03", "d02" })
        {
            var mine = city.Where(n => kit.Kit.Ledger.Book.Alerts[n.AlertId].Territory.StartsWith(street, StringComparison.Ordinal)).Select(n => n.Key).ToList();
            mine.Should().HaveCount(street == "d02" ? 8 : 4);
            foreach (var size in new[] { 1, 3, 8 })
            {
                var request = new V1.ListDeadNoticesRequest { PageSize = size };
                var (seen, tokens) = (new List<string>(), new List<string>());
                do
                {
                    var page = await service.ListDeadNotices(request, new OfficerCall(street));
                    page.Notices.Count.Should().Be(Math.Min(size, mine.Count - seen.Count), "what is another's leaves no hole");
                    seen.AddRange(page.Notices.Select(n => n.Key));
                    request.PageToken = page.NextPageToken;
                    tokens.Add(page.NextPageToken);
                }
                while (request.PageToken.Length > 0);
                seen.Should().Equal(mine);
                tokens.Count.Should().Be((mine.Count + size - 1) / size, "there is a token only while there is more");
                tokens.SkipLast(1).Where(t => t.Length != tokens[0].Length || city.Exists(n => IsIn(t, n))).Should().BeEmpty();
            }

            var (found, next) = (new List<string>(), "");
            for (var pages = 0; next is not null; pages++)
            {
                pages.Should().BeLessThan(city.Count + 1);
                (var own, next) = await DeadNoticeList.ReadAsync(kit.Kit.Ledger, new Officer("wang", street), next, 3, mostLooked: 1, TestContext.Current.CancellationToken);
                found.AddRange(own.Select(d => d.Card.Key));
            }

            found.Should().Equal(mine, "the bound on rows loses none");
        }

        static bool IsIn(string token, V1.Notice notice)
        {
            var text = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token));
            return new[] { notice.Key, notice.AlertId, notice.Recipient, notice.Channel }.Any(t => text.Contains(t, StringComparison.Ordinal));
        }
    }
}
