namespace PingAnIoT.Server.Tests;

/// <summary>Settings that are refused, and the words that say why.</summary>
public sealed class OptionsTests
{
    private const string Key32 = "0123456789abcdef0123456789abcdef";

    /// <summary>One line each: settings, and what the refusals must say (none: it may start).</summary>
    private const string Table = """
                                                                          ->
        Listen:Address=localhost                                          ->
        Listen:Address=::1                                                ->
        Listen:Mqtt=-1                                                    ->
        Listen:Mqtt=70000                                                 -> PingAn:Listen:Mqtt is 70000
        Listen:Mqtt=x                                                     -> cannot be read
        Listen:Grpc=5080                                                  -> port 5080 twice
        Listen:Address=nowhere                                            -> 'nowhere'
        Listen:Adress=127.0.0.1                                           -> Adress
        Listen:Address=0.0.0.0                                            -> PingAn:Tls:Certificate | PingAn:Officers:SigningKey | gateways add
        Listen:Address=*                                                  -> PingAn:Tls:Certificate | PingAn:Officers:SigningKey | gateways add
        Listen:Address=::                                                 -> PingAn:Tls:Certificate | PingAn:Officers:SigningKey | gateways add
        Listen:Address=10.0.0.1 Officers:SigningKey=KEY32                 -> PingAn:Tls:Certificate | gateways add
        Listen:Address=10.0.0.1 Gateways:Open=true                        -> PingAn:Tls:Certificate | PingAn:Officers:SigningKey | PingAn:Gateways:Open
        Officers:SigningKey=short                                         -> at least 32 bytes
        Officers:SigningKey=KEY32 Officers:Authority=https://id.example   -> more than one
        Officers:Authority=http://id.example                              -> an https address
        Officers:SigningKey=KEY32 Officers:Audience=                      -> another service
        Officers:Authority=https://id.example Officers:Authorities=/none  -> not there: '/none'
        Officers:Authorities=/none                                        -> not there: '/none' | without PingAn:Officers:Authority
        Officers:KeySetFile=/none                                         -> not there: '/none'
        Rules=/none                                                       -> not there: '/none'
        Register=/none                                                    -> not there: '/none'
        SetPoints=/none                                                   -> not there: '/none' | without PingAn:Register
        Tls:Certificate=/none                                             -> not there: '/none' | both Certificate and Key
        Intake:Shards=0                                                   -> PingAn:Intake:Shards is 0
        Intake:LatenessSeconds=NaN                                        -> LatenessSeconds is NaN
        Stream:HeartbeatSeconds=0                                         -> HeartbeatSeconds is 0
        Telemetry:LogLevel=loud                                           -> 'loud'
        Telemetry:OtlpEndpoint=here                                       -> not an address
        Data=                                                             -> PingAn:Data is empty
        Bridges:0:Routes:0:Topic=site/{gateway}/{kind}/{device}/up        ->
        Bridges:0:Name=emqx                                               -> 'emqx': needs at least one entry in Routes
        Bridges:0:Routes:0:Topic=site/{kind}/{device}                     -> needs a gateway, and kind and device both or neither
        Bridges:0:Routes:0:Topic={gateway}/{gateway}                      -> the gateway is given twice
        Bridges:0:Routes:0:Topic={gateway}/#                              -> a level is text, +
        Bridges:0:Routes:0:Topic={gateway} Bridges:0:Port=0               -> a Port from 1 to 65535
        Bridges:0:Routes:0:Topic={gateway} Bridges:1:Routes:0:Topic={gateway} -> client id 'pinganiot-bridge' twice
        """;

    public static TheoryData<string, string> Rows()
    {
        var rows = new TheoryData<string, string>();
        foreach (var line in Table.Split('\n'))
        {
            var cells = line.Split("->");
            rows.Add(cells[0].Trim(), cells[1].Trim());
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Says_what_is_wrong(string settings, string expected)
    {
        var overrides = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => (string?)s[1].Replace("KEY32", Key32, StringComparison.Ordinal));
        overrides.TryAdd("Data", Path.Combine(Path.GetTempPath(), "pingan-none"));
        var errors = ServerOptionsSource.Read(null, overrides).Errors;
        var words = expected.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        errors.Should().HaveCount(words.Length, string.Join('\n', errors));
        foreach (var word in words)
        {
            errors.Should().Contain(e => e.Contains(word, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_settings_file_that_was_named_must_be_there() =>
        ServerOptionsSource.Read("/none.json", new Dictionary<string, string?>()).Errors.Should().ContainSingle().Which.Should().Contain("/none.json");
}
