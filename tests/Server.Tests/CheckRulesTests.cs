namespace PingAnIoT.Server.Tests;

/// <summary>What CheckRules takes is what the server would run.</summary>
public sealed class CheckRulesTests
{
    private const string Street = """
        rules:
          - id: two-of-a-street
            title: { zh: 两处报警, en: Two of a street }
            kind: smoke-detector
            quantity: smoke
            when: votes(2, 60s)
            place: street
            red: "> 0.2"
            basis: site
        """;

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "'place' is 'street' on a server of 2 shards; expected grid, or one shard: no shard has more than whole grids")]
    public async Task A_place_wider_than_a_grid_is_judged_by_the_servers_shards(int shards, string expected)
    {
        await using var server = await TestServer.StartAsync(o => o with { Intake = o.Intake with { Shards = shards } });
        var client = new V1.RuleService.RuleServiceClient(server.Channel);
        var response = await client.CheckRulesAsync(new V1.CheckRulesRequest { Text = Street });
        string.Join('\n', response.Errors.Select(e => e.Message)).Should().Be(expected);
    }
}
