using System.Text;

namespace PingAnIoT.Ingest.Tests;

public sealed class BridgeTopicMapTests
{
    [Theory]
    [InlineData("site/{gateway}/{kind}/{device}/up", "site/+/+/+/up", "site/g1/gas-pipe/p1/up", "g1", "pingan/v1/g1/gas-pipe/p1")]
    [InlineData("{device}/{kind}/{gateway}", "+/+/+", "p1/gas-pipe/g1", "g1", "pingan/v1/g1/gas-pipe/p1")]
    [InlineData("+/{gateway}/pack", "+/+/pack", "any/g1/pack", "g1", "pingan/v1/g1")]
    [InlineData("+/{gateway}/pack", "+/+/pack", "any/g1/other", null, null)]
    [InlineData("+/{gateway}/pack", "+/+/pack", "any/g1/pack/more", null, null)]
    [InlineData("+/{gateway}/pack", "+/+/pack", "any/g 1/pack", null, null)]
    [InlineData("+/{gateway}/pack", "+/+/pack", "any//pack", null, null)]
    public void Topics_map(string pattern, string filter, string topic, string? gateway, string? ours)
    {
        var map = new BridgeTopicMap(new BridgeRoute { Topic = pattern });
        map.Filter.Should().Be(filter);
        map.TryMap(topic.Split('/'), out var foundGateway, out var found).Should().Be(gateway is not null);
        if (gateway is not null)
        {
            foundGateway.Should().Be(gateway);
            Encoding.UTF8.GetString(found).Should().Be(ours);
        }
    }

    [Fact]
    public void What_the_topic_does_not_say_is_fixed()
    {
        var map = new BridgeTopicMap(new BridgeRoute { Topic = "meters/{device}", Gateway = "g9", Kind = "gas-pipe" });
        map.TryMap(["meters", "p7"], out var gateway, out var topic).Should().BeTrue();
        (gateway, Encoding.UTF8.GetString(topic)).Should().Be(("g9", "pingan/v1/g9/gas-pipe/p7"));
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("a/b", null, null)]
    [InlineData("a/#", "g", null)]
    [InlineData("{gateway}/{kind}", null, null)]
    [InlineData("{gateway}/{device}", null, null)]
    [InlineData("{gateway}/{gateway}", null, null)]
    [InlineData("{gateway}/x", "g", null)]
    [InlineData("{Gateway}/x", null, null)]
    [InlineData("x{gateway}/x", null, null)]
    [InlineData("a+/{gateway}", null, null)]
    [InlineData("{gateway}/a", null, "gas-pipe")]
    public void A_route_that_cannot_work_is_refused(string pattern, string? gateway, string? kind)
    {
        var making = () => new BridgeTopicMap(new BridgeRoute { Topic = pattern, Gateway = gateway, Kind = kind });
        making.Should().Throw<ArgumentException>();
    }
}
