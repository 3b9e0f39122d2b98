using System.Globalization;

namespace PingAnIoT.EndToEnd;

/// <summary>The simulator's verb against a real server.</summary>
public sealed class SimulateTests(PeerServer peers) : IClassFixture<PeerServer>
{
    [Theory]
    [InlineData("3", false)]
    [InlineData("30", true)]
    public async Task Simulate_prints_its_seed_and_has_everything_acknowledged(string readings, bool mqtt5)
    {
        string[] version = mqtt5 ? ["--mqtt5"] : [];
        var result = await PinganProcess.VerbAsync([
            "simulate", "--port", peers.Server.Mqtt.ToString(CultureInfo.InvariantCulture), "--gateways", "5", "--devices", "50",
            "--rate", "200", "--minutes", "0.03", "--readings", readings, "--seed", "7", .. version]);
        result.ExitCode.Should().Be(0, result.ToString());
        result.Output.Should().StartWith("seed 7").And.Contain("refused 0").And.Contain("publish to PUBACK: p50");
    }

    [Fact]
    public async Task Simulate_says_so_when_nobody_answers()
    {
        var result = await PinganProcess.VerbAsync("simulate", "--port", "1", "--gateways", "1", "--minutes", "0.01");
        result.ExitCode.Should().Be(3);
        result.Errors.Should().Contain("nobody answers");
    }
}
