using Google.Rpc;
using Grpc.Core;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>What officers ask, and how refusals say what may be asked instead.</summary>
public sealed class CommandTests
{
    private static Metadata As(string officer) => new() { { "x-officer", officer } };

    [Fact]
    public async Task A_step_that_does_not_follow_is_refused_with_those_that_do()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1").To(Severity.Yellow));
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        var close = async () => await server.Alerts.CloseAsync(new V1.CloseRequest { Id = id, Verdict = V1.Verdict.Real });
        var refusal = (await close.Should().ThrowAsync<RpcException>()).Which;
        refusal.StatusCode.Should().Be(StatusCode.FailedPrecondition);
        var details = refusal.GetRpcStatus()!;
        details.GetDetail<ErrorInfo>()!.Reason.Should().Be("ILLEGAL_STEP");
        details.GetDetail<ErrorInfo>()!.Metadata["legal_steps"].Should().Be("see,acknowledge,shelve,take_out_of_service,comment");
        details.GetDetail<PreconditionFailure>()!.Violations.Select(v => v.Description).Should().Equal("see", "acknowledge", "shelve", "take_out_of_service", "comment");
    }

    [Fact]
    public async Task A_red_is_closed_by_a_second_person_only()
    {
        await using var server = await TestServer.StartAsync();
        var plant = new Plant("gp-1");
        await server.PostAsync(plant.To(Severity.Red), plant.To(Severity.Normal));
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        (await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = id }, As("li.na"))).Alert.Acknowledged.Officer.Should().Be("li.na");
        (await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = id }, As("li.na"))).Alert.Step.Should().Be(V1.Step.Acknowledged, "twice is once");
        var other = async () => await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = id }, As("wang.wei"));
        (await other.Should().ThrowAsync<RpcException>()).Which.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason.Should().Be("ALREADY_DONE");
        var alone = async () => await server.Alerts.CloseAsync(new V1.CloseRequest { Id = id, Verdict = V1.Verdict.False }, As("li.na"));
        (await alone.Should().ThrowAsync<RpcException>()).Which.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason.Should().Be("NEEDS_SECOND_PERSON");
        (await server.Alerts.CloseAsync(new V1.CloseRequest { Id = id, Verdict = V1.Verdict.False }, As("wang.wei"))).Alert.Verdict.Should().Be(V1.Verdict.False);
    }

    [Fact]
    public async Task The_same_request_id_is_one_entry()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1").To(Severity.Green));
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        for (var i = 0; i < 3; i++)
        {
            await server.Alerts.CommentAsync(new V1.CommentRequest { Id = id, Note = "on site", RequestId = "r-1" });
        }

        (await server.Alerts.GetAsync(new V1.GetRequest { Id = id })).Alert.Comments.Should().Be(1);
    }

    [Fact]
    public async Task The_same_words_said_again_are_another_comment_also_of_an_alert_that_is_over()
    {
        await using var server = await TestServer.StartAsync();
        var plant = new Plant("gp-1");
        await server.PostAsync(plant.To(Severity.Yellow), plant.To(Severity.Normal));
        var id = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts[0].Id;
        await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = id });
        await CommentAsync(1);
        await CommentAsync(2);
        await server.Alerts.CloseAsync(new V1.CloseRequest { Id = id, Verdict = V1.Verdict.False });
        await CommentAsync(3);
        await CommentAsync(4);

        async Task CommentAsync(int comments) =>
            (await server.Alerts.CommentAsync(new V1.CommentRequest { Id = id, Note = "looked at it again" })).Alert.Comments.Should().Be(comments);
    }

    [Fact]
    public async Task A_list_is_of_a_step_at_which_an_alert_rests_and_mine_is_the_callers()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1").To(Severity.Green), new Plant("gp-2").To(Severity.Green), new Plant("gp-3").To(Severity.Green));
        var all = (await server.Alerts.ListAsync(new V1.ListRequest())).Alerts;
        await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = all[0].Id }, As("li.na"));
        await server.Alerts.AcknowledgeAsync(new V1.AcknowledgeRequest { Id = all[1].Id }, As("wang.wei"));
        (await server.Alerts.ListAsync(new V1.ListRequest { Mine = true }, As("li.na"))).Alerts.Select(a => a.Id).Should().Equal(all[0].Id);
        (await server.Alerts.ListAsync(new V1.ListRequest { Step = V1.Step.New })).Alerts.Select(a => a.Id).Should().Equal(all[2].Id);
        await server.Alerts.CloseAsync(new V1.CloseRequest { Id = all[0].Id, Verdict = V1.Verdict.False, Note = "dust" }, As("li.na"));
        (await server.Alerts.ListAsync(new V1.ListRequest { Step = V1.Step.Closed, IncludeClosed = true, Mine = true }, As("li.na"))).Alerts.Select(a => a.Id).Should().Equal(all[0].Id);
        (await server.Alerts.ListAsync(new V1.ListRequest { Supervision = V1.Supervision.Notice, IncludeClosed = true })).Alerts.Should().BeEmpty();
        (await server.Alerts.ListAsync(new V1.ListRequest { Overdue = true, IncludeClosed = true })).Alerts.Should().BeEmpty();
        await FluentActions.Awaiting(async () => await server.Alerts.ListAsync(new V1.ListRequest { Step = V1.Step.Seen })).Should().ThrowAsync<RpcException>().WithMessage("*rests*");
    }

    [Fact]
    public async Task Pages_hold_every_alert_once()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync([.. Enumerable.Range(0, 25).Select(i => new Plant($"gp-{i:D2}").To(Severity.Green))]);
        var seen = new List<string>();
        var request = new V1.ListRequest { PageSize = 7, IncludeClosed = true };
        do
        {
            var page = await server.Alerts.ListAsync(request);
            seen.AddRange(page.Alerts.Select(a => a.Device));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        seen.Should().HaveCount(25).And.OnlyHaveUniqueItems();
    }
}
