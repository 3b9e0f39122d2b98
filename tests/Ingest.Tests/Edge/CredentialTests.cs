using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Ingest.Tests;

public sealed class CredentialTests : IDisposable
{
    private const int Rounds = 1000;
    private readonly string path = Path.Combine(Directory.CreateTempSubdirectory("pingan-credentials-").FullName, "gateways");
    private readonly FakeTimeProvider time = new();
    private readonly EdgeMetrics metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

    [Fact]
    public async Task The_right_password_and_no_other()
    {
        Write(("g1", "one"), ("g2", "two"));
        using var credentials = Open();
        (await Verify(credentials, "g1", "one")).Should().Be(("g1", MqttReason.Success));
        (await Verify(credentials, "g1", "one")).Should().Be(("g1", MqttReason.Success), "remembered");
        (await Verify(credentials, "g1", "two")).Should().Be(((string?)null, MqttReason.BadUserOrPassword));
        (await Verify(credentials, "g1", "")).Reason.Should().Be(MqttReason.BadUserOrPassword);
        (await Verify(credentials, "G1", "one")).Reason.Should().Be(MqttReason.BadUserOrPassword);
        (await Verify(credentials, null, "one")).Reason.Should().Be(MqttReason.NotAuthorized);
    }

    [Fact]
    public async Task A_changed_file_is_read_and_a_bad_one_is_not()
    {
        Write(("g1", "one"));
        using var credentials = Open();
        (await Verify(credentials, "g1", "one")).Reason.Should().Be(MqttReason.Success);
        Write(("g1", "changed"), ("g2", "two"));
        time.Advance(TimeSpan.FromSeconds(2));
        (await Verify(credentials, "g1", "one")).Reason.Should().Be(MqttReason.BadUserOrPassword, "what was remembered is of the old line");
        (await Verify(credentials, "g2", "two")).Reason.Should().Be(MqttReason.Success);
        File.AppendAllText(path, "g3:plain-text\n");
        time.Advance(TimeSpan.FromSeconds(2));
        (await Verify(credentials, "g2", "two")).Reason.Should().Be(MqttReason.Success, "the old ones stay");
    }

    [Fact]
    public async Task Guessing_is_locked_out_with_back_off()
    {
        Write(("g1", "one"), ("g2", "two"));
        using var credentials = Open();
        (await Verify(credentials, "g1", "one")).Reason.Should().Be(MqttReason.Success);
        for (var i = 0; i < LoginLockout.FailuresAllowed; i++)
        {
            (await Verify(credentials, "g1", $"guess {i}")).Reason.Should().Be(MqttReason.BadUserOrPassword);
        }

        (await Verify(credentials, "g1", "one")).Reason.Should().Be(MqttReason.ConnectionRateExceeded, "even the right one, or guesses would tell");
        (await Verify(credentials, "g1", "one", "10.0.0.2")).Reason.Should().Be(MqttReason.Success, "another address is not to blame");
        (await Verify(credentials, "g2", "two")).Reason.Should().Be(MqttReason.Success, "nor another gateway");
        time.Advance(TimeSpan.FromSeconds(1.1));
        (await Verify(credentials, "g1", "wrong")).Reason.Should().Be(MqttReason.BadUserOrPassword);
        time.Advance(TimeSpan.FromSeconds(1.1));
        (await Verify(credentials, "g1", "one")).Reason.Should().Be(MqttReason.ConnectionRateExceeded, "the time has doubled");
        time.Advance(TimeSpan.FromSeconds(1));
        (await Verify(credentials, "g1", "one")).Reason.Should().Be(MqttReason.Success);
        (await Verify(credentials, "g1", "wrong")).Reason.Should().Be(MqttReason.BadUserOrPassword, "forgiven");
    }

    [Fact]
    public async Task Ten_thousand_guesses_cost_few_hashes()
    {
        Write(("g1", "one"));
        using var credentials = Open();
        var heard = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var (_, reason) = await Verify(credentials, $"nobody-{i}", "guess");
            heard += reason == MqttReason.BadUserOrPassword ? 1 : 0;
        }

        heard.Should().BeLessThanOrEqualTo(LoginLockout.FailuresAllowedPerAddress);
    }

    [Theory]
    [InlineData("pbkdf2-sha256$600000$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true)]
    [InlineData("pbkdf2-sha256$599999$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("pbkdf2-sha256$999999999$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("pbkdf2-sha1$600000$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("pbkdf2-sha256$600000$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("pbkdf2-sha256$600000$AAAAAAAAAAAAAAAAAAAAAA==$AAAA", false)]
    [InlineData("secret", false)]
    public void A_hash_is_taken_only_as_strong_as_ours(string text, bool valid) =>
        (PasswordHash.TryParse(text, PasswordHash.Rounds) is not null).Should().Be(valid);

    [Fact]
    public void A_gateway_is_added_or_its_password_replaced()
    {
        GatewayCredentials.Set(path, "g1", "one");
        GatewayCredentials.Set(path, "g10", "ten");
        GatewayCredentials.Set(path, "g1", "uno");
        var lines = File.ReadAllLines(path);
        lines.Should().HaveCount(2);
        var hash = PasswordHash.TryParse(lines.Single(l => l.StartsWith("g1:", StringComparison.Ordinal))[3..], PasswordHash.Rounds)!;
        hash.Matches(Encoding.UTF8.GetBytes("uno")).Should().BeTrue();
        hash.Matches(Encoding.UTF8.GetBytes("one")).Should().BeFalse();
        var act = () => GatewayCredentials.Set(path, "g1:x\ng2", "x");
        act.Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task The_edge_asks_for_the_password()
    {
        Write(("g1", "one"));
        await using var server = await EdgeServer.StartAsync(options =>
        {
            options.CredentialsFile = path;
            options.CredentialRoundsMinimum = Rounds;
        });
        Check("10[ 'MQTT' 04 C2 003C 'c1' 'g1' 'one' ]", "@connack4");
        Check("10[ 'MQTT' 04 C2 003C 'c1' 'g1' 'two' ]", "20[ 00 04 ]");
        Check("10[ 'MQTT' 05 C2 003C [] 'c1' 'g1' 'two' ]", "20[ 00 86 [] ]");
        Check("10[ 'MQTT' 04 02 003C 'g1' ]", "20[ 00 05 ]");
        Check("10[ 'MQTT' 04 82 003C 'c1' 'g1' ]", "20[ 00 05 ]");
        server.Log.Lines.Should().NotContain(line => line.Contains("two", StringComparison.Ordinal));

        void Check(string connect, string connack)
        {
            using var client = server.Connect();
            client.Send(connect);
            client.Expect(connack);
        }
    }

    [Fact]
    public void Beyond_loopback_it_wants_TLS_and_credentials()
    {
        new EdgeOptions().Validate().Should().BeEmpty();
        new EdgeOptions { Tcp = "0.0.0.0:1883" }.Validate().Should().ContainSingle().Which.Should().Contain("beyond loopback");
        new EdgeOptions { Tcp = "[::]:1883" }.Validate().Should().ContainSingle();
        new EdgeOptions { Tcp = "[::1]:1883" }.Validate().Should().BeEmpty();
        new EdgeOptions { Tls = "0.0.0.0:8883" }.Validate().Should().HaveCount(2);
        new EdgeOptions { Tcp = "anywhere" }.Validate().Should().ContainSingle();
        new EdgeOptions { CredentialsFile = "/nowhere/at/all" }.Validate().Should().ContainSingle();
        new EdgeOptions { ReceiveMaximum = 0 }.Validate().Should().ContainSingle();
    }

    public void Dispose() => Directory.GetParent(path)!.Delete(recursive: true);

    private GatewayCredentials Open() =>
        new(new EdgeOptions { CredentialsFile = path, CredentialRoundsMinimum = Rounds }, metrics, NullLoggerFactory.Instance, time);

    private void Write(params (string Name, string Password)[] gateways) => File.WriteAllLines(
        path, ["# gateways", .. gateways.Select(g => $"{g.Name}:{PasswordHash.Create(g.Password, Rounds)}")]);

    private static async Task<(string? Gateway, MqttReason Reason)> Verify(GatewayCredentials credentials, string? user, string password, string address = "10.0.0.1") =>
        await credentials.VerifyAsync(user, Encoding.UTF8.GetBytes(password), IPAddress.Parse(address), CancellationToken.None);
}
