using System.Globalization;
using System.Net;

namespace PingAnIoT.EndToEnd;

/// <summary>T-25: the sockets that a server listens on are those that were asked for, as the kernel lists them, and no other.</summary>
public sealed class SocketTests
{
    [Fact]
    public async Task T25_only_the_sockets_that_were_asked_for_and_plain_MQTT_on_loopback_whatever_was()
    {
        using var temp = new TempFolder("sockets");
        var data = temp.FullName;
        var (certificate, key) = TestCertificate.Write(data);
        var tls = new Dictionary<string, string>(StringComparer.Ordinal) { ["Tls__Certificate"] = certificate, ["Tls__Key"] = key };
        (string Name, Dictionary<string, string> Settings, string Wide)[] cases =
        [
            ("as it comes", [], ""),
            ("with TLS", tls, ""),
            ("no HTTP", new(StringComparer.Ordinal) { ["Listen__Http"] = "-1" }, ""),
            ("to all", new(tls, StringComparer.Ordinal) { ["Listen__Address"] = "*", ["Gateways__Open"] = "false", ["Officers__Local"] = "true" }, "mqtts grpc http"),
            ("to all of IPv4", new(tls, StringComparer.Ordinal) { ["Listen__Address"] = "0.0.0.0", ["Gateways__Open"] = "false", ["Officers__Local"] = "true" }, "mqtts grpc http"),
        ];
        var wrong = new List<string>();
        foreach (var (name, settings, wide) in cases)
        {
            var folder = Directory.CreateDirectory(Path.Combine(data, name.Replace(' ', '-'))).FullName;
            (await PinganProcess.VerbAsync("gateways", "add", "gw-7", "--generate", "--data", folder)).ExitCode.Should().Be(0);
            await using var server = await PinganProcess.RunAsync(folder, settings);
            var expected = server.Ports.Where(p => p.Value > 0).Select(p => $"{(wide.Split(' ').Contains(p.Key, StringComparer.Ordinal) ? "any" : "loopback")}:{p.Value}").Order(StringComparer.Ordinal);
            var listening = Listening(server.Id).Order(StringComparer.Ordinal).ToList();
            if (!listening.SequenceEqual(expected, StringComparer.Ordinal))
            {
                wrong.Add($"{name}: {string.Join(' ', listening)}, not {string.Join(' ', expected)}");
            }

            if (OfUdp(server.Id) is > 0 and var udp)
            {
                wrong.Add($"{name}: {udp} sockets of UDP");
            }
        }

        ThreatLine.Print("T-25", cases.Length, wrong.Count, "lists of sockets, as the kernel has them");
        wrong.Should().BeEmpty();
    }

    /// <summary>Listening TCP sockets of a process; "any" where they take what comes from elsewhere.</summary>
    private static IEnumerable<string> Listening(int process) => Own(process, "tcp").Concat(Own(process, "tcp6")).Where(l => l[3] == "0A").Select(l =>
    {
        var parts = l[1].Split(':');
        var bytes = Convert.FromHexString(parts[0]).Chunk(4).SelectMany(w => w.Reverse()).ToArray();
        var address = new IPAddress(bytes);
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return string.Create(CultureInfo.InvariantCulture, $"{(IPAddress.IsLoopback(address) ? "loopback" : "any")}:{int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)}");
    });

    private static int OfUdp(int process) => Own(process, "udp").Concat(Own(process, "udp6")).Count();

    private static IEnumerable<string[]> Own(int process, string protocol)
    {
        var inodes = new DirectoryInfo($"/proc/{process}/fd").GetFiles().Select(f => f.LinkTarget ?? "").Where(t => t.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(t => t[8..^1]).ToHashSet(StringComparer.Ordinal);
        return File.ReadLines($"/proc/{process}/net/{protocol}").Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(l => inodes.Contains(l[9]));
    }
}
