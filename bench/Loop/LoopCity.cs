using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>A server with registered pipes in a thousand communities, and officers with tokens of their own. Threading: one flow; channels from any.</summary>
internal sealed class LoopCity : IAsyncDisposable
{
    public const int Communities = 1_000;
    private const string Key = "a key of this benchmark alone, 32 bytes and more";

    private const string Rules =
        """
        rules:
          - id: methane-now
            title: { zh: 甲烷, en: Methane }
            kind: gas-pipe
            quantity: methane
            when: last
            green: "> 20"
            yellow: "> 40"
            red: "> 50"
            basis: site
        """;

    /// <summary>What is due is due after the run: here people and streams are measured, and the sweep elsewhere.</summary>
    private const string Policy =
        """
        deadlines:
          red: { seen: 1h, acknowledged: 2h, rectified: 24h }
          yellow: { acknowledged: 2h, rectified: 3d }
          green: { acknowledged: 4h, rectified: 7d }
        """;

    private readonly string data = ServerChild.NewDataFolder();
    private readonly List<IDisposable> channels = [];
    private readonly int gateways;
    private ServerChild server = null!;

    private LoopCity(int gateways) => this.gateways = gateways;

    public ServerChild Server => server;

    public string Data => data;

    public static async Task<LoopCity> StartAsync(int devices, int gateways, int streams, int communities = Communities)
    {
        var city = new LoopCity(gateways);
        var (rules, register) = (Path.Combine(city.data, "rules.yaml"), Path.Combine(city.data, "register.csv"));
        var policy = Path.Combine(city.data, "policy.yaml");
        await File.WriteAllTextAsync(rules, Rules + "\n");
        await File.WriteAllTextAsync(policy, Policy + "\n");
        await using (var writer = new StreamWriter(register))
        {
            await writer.WriteAsync(FleetRegister.Header + "\n");
            for (var i = 0; i < devices; i++)
            {
                await writer.WriteAsync(FormattableString.Invariant($"gas-pipe,{DeviceOf(i)},{city.GatewayOf(i)},{TerritoryOf(i % communities)},31.2,121.4,平安路 {i} 号,燃气公司\n"));
            }
        }

        city.server = await ServerChild.StartAsync(city.data, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Rules"] = rules, ["Register"] = register, ["Officers__SigningKey"] = Key, ["Telemetry__LogLevel"] = "Error",
            ["Policy"] = policy, ["Stream__Watchers"] = streams.ToString(CultureInfo.InvariantCulture),
        });
        return city;
    }

    public static string DeviceOf(int number) => FormattableString.Invariant($"p-{number:D6}");

    public string GatewayOf(int device) => FormattableString.Invariant($"gw-{device % gateways}");

    /// <summary>Ten districts of ten streets of ten communities.</summary>
    public static string TerritoryOf(int community) => FormattableString.Invariant($"d{community % 10}/s{community / 10 % 10}/c{community / 100}");

    /// <summary>A connection of its own.</summary>
    public GrpcChannel Channel()
    {
        var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Grpc}", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler(), DisposeHttpClient = true });
        channels.Add(channel);
        return channel;
    }

    public static Metadata Token(string officer, string territory)
    {
        var until = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeSeconds();
        var body = Base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + Base64(FormattableString.Invariant(
            $"{{\"sub\":\"{officer}\",\"aud\":\"pingan\",\"exp\":{until},\"territory\":\"{territory}\",\"roles\":\"officer supervisor\"}}"));
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.ASCII.GetBytes(body))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return new Metadata { { "authorization", new AuthenticationHeaderValue("Bearer", body + "." + signature).ToString() } };
    }

    /// <summary>One message of each device from and up to and without another, at a rate over all gateways together.</summary>
    public async Task PublishAsync(int from, int to, double perSecond, Func<int, int> methane)
    {
        await Task.WhenAll(Enumerable.Range(0, gateways).Select(gateway => Task.Run(async () =>
        {
            var mine = Enumerable.Range(from, to - from).Where(i => i % gateways == gateway).ToArray();
            var load = new ListLoad(mine.Length, perSecond / gateways, n => WireFrames.Publish(
                WireVersion.Mqtt311, $"pingan/v1/{GatewayOf(mine[n])}/gas-pipe/{DeviceOf(mine[n])}",
                Encoding.ASCII.GetBytes(FormattableString.Invariant($"{{\"methane\":{methane(mine[n])}}}"))), TimeProvider.System);
            var counters = new WireCounters();
            using var client = new WireClient(
                new WireOptions
                {
                    Host = "127.0.0.1", Port = server.Mqtt, ClientId = GatewayOf(gateway), UserName = GatewayOf(gateway), Password = "x", WindowMessages = 1024,
                    WindowBytes = 1 << 20,
                },
                counters, TimeProvider.System);
            await load.RunAsync(client, counters);
        })));
    }

    public async ValueTask DisposeAsync()
    {
        channels.ForEach(c => c.Dispose());
        await server.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
