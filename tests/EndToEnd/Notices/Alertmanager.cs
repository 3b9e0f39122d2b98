using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace PingAnIoT.EndToEnd;

/// <summary>Prometheus Alertmanager as Debian has it, on a port of its own.</summary>
public sealed class Alertmanager : IAsyncDisposable
{
    private readonly string program = Peers.Require("prometheus-alertmanager", "prometheus-alertmanager");
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-alertmanager-").FullName;
    private readonly HttpClient http = new();
    private System.Diagnostics.Process? process;

    public Alertmanager()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        File.WriteAllText(Path.Combine(folder, "alertmanager.yml"), "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n");
    }

    /// <summary>Free when this was made.</summary>
    public int Port { get; }

    public async Task StartAsync()
    {
        process = Tool.Start(program, [
            "--config.file=" + Path.Combine(folder, "alertmanager.yml"), "--storage.path=" + folder, "--cluster.listen-address=",
            "--web.listen-address=127.0.0.1:" + Port.ToString(CultureInfo.InvariantCulture)]);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Until.SoAsync(
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri($"http://127.0.0.1:{Port}/-/ready"))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromMinutes(2),
            "Alertmanager is ready");
    }

    /// <summary>Alerts that have not ended, by its API v2: the labels of each.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> ActiveAsync()
    {
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{Port}/api/v2/alerts")));
        return [.. answer.RootElement.EnumerateArray().Select(a => a.GetProperty("labels").Deserialize<Dictionary<string, string>>()!)];
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process?.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
