using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using PingAnIoT.Alerts;
using PingAnIoT.Rules;
using Content = PingAnIoT.V1.WatchResponse.ContentOneofCase;

namespace PingAnIoT.Server.Tests;

/// <summary>A stream does not outlive the token of another issuer that opened it, and loses nothing by that.</summary>
public sealed class TokenExpiryTests
{
    private static readonly TimeSpan Grace = OfficerAuthentication.Grace;

    [Fact]
    public async Task A_stream_ends_with_its_token_and_goes_on_with_a_new_one_without_gap_or_repeat()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await TestServer.StartAsync(o => o with { Officers = new OfficersSection { SigningKey = AuthenticationTests.Key } }, time: clock);
        var plant = new Plant("gp-1");
        using var watcher = Watcher.Of(server, 0, Token(clock, seconds: 300));
        await watcher.NextAsync(Content.SnapshotEnd);
        await server.PostAsync(plant.To(Severity.Green));
        (await watcher.NextAsync(Content.Event)).Event.Sequence.Should().Be(1);
        clock.Advance(TimeSpan.FromSeconds(299));
        await server.PostAsync(plant.To(Severity.Yellow));
        (await watcher.NextAsync(Content.Event)).Event.Sequence.Should().Be(2, "the token is good");

        clock.Advance(Grace + TimeSpan.FromSeconds(1));
        var end = await watcher.EndAsync();
        end.StatusCode.Should().Be(StatusCode.Unauthenticated);
        end.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason.Should().Be("TOKEN_EXPIRED");
        end.Status.Detail.Should().Contain("expired").And.Contain("cursor");
        end.Trailers.GetValue("pingan-cursor").Should().Be("2");

        await server.PostAsync(plant.To(Severity.Red));
        using var again = Watcher.Of(server, watcher.Cursor, Token(clock, seconds: 300));
        (await again.NextAsync(Content.Event)).Event.Sequence.Should().Be(3);
        var refusals = (await server.Ledger.ReadEntriesAsync(0, 1000, TestServer.Cancel)).Where(e => e.Kind == EntryKind.Refused);
        refusals.Should().BeEmpty("a token that runs out is no refusal");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(400 * 24 * 3600)]
    public void It_is_over_at_its_moment_and_not_before(int seconds)
    {
        var clock = new FakeTimeProvider();
        using var expiry = new TokenExpiry(clock.GetUtcNow().AddSeconds(seconds), clock);
        clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        (expiry.Watch.IsOver(), expiry.Watch.Over.IsCancellationRequested).Should().Be((false, false));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        expiry.Watch.IsOver().Should().BeTrue();
        expiry.Watch.Over.IsCancellationRequested.Should().Be(seconds < 1000, "a far one is asked for at each message");
    }

    private static Metadata Token(TimeProvider clock, int seconds) => AuthenticationTests.Headers(AuthenticationTests.Token(
        new { sub = "li.na", territory = "/", roles = "officer", aud = "pingan", exp = clock.GetUtcNow().ToUnixTimeSeconds() + seconds }));
}
