using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PingAnIoT.Bench;

/// <summary>The real server in a process of its own, so that its processor time is told apart from the generator's.</summary>
internal sealed partial class ServerChild : IAsyncDisposable
{
    private static readonly HttpClient Http = new();
    private readonly Process process;
    private readonly Dictionary<string, int> ports = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> lines = [];

    private ServerChild(Process process) => this.process = process;

    public int Mqtt => ports["mqtt"];

    public int Grpc => ports["grpc"];

    /// <summary>Settings that have the next server listen where this one does.</summary>
    public IReadOnlyDictionary<string, string> SamePorts => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Listen__Mqtt"] = Text(ports["mqtt"]), ["Listen__Grpc"] = Text(ports["grpc"]), ["Listen__Http"] = Text(ports["http"]),
    };

    public TimeSpan StartTime { get; private set; }

    /// <summary>Processor time from process start to ready.</summary>
    public TimeSpan ReadyProcessorTime { get; private set; }

    /// <summary>User and system time so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>The most that was ever resident.</summary>
    public long PeakBytes
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    public static string NewDataFolder() => Directory.CreateTempSubdirectory("pingan-bench-").FullName;

    public static async Task<ServerChild> StartAsync(string data, IReadOnlyDictionary<string, string>? settings = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pinganiot.dll"), "run"])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var port in new[] { "Mqtt", "MqttTls", "Grpc", "Http" })
        {
            start.Environment["PingAn__Listen__" + port] = "0";
        }

        start.Environment["PingAn__Data"] = data;
        start.Environment["PingAn__Gateways__Open"] = "true";
        start.Environment["PingAn__Intake__UnregisteredDevices"] = "2000000";
        start.Environment["PingAn__Telemetry__LogLevel"] = "Warning";
        foreach (var (key, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment["PingAn__" + key] = value;
        }

        var begin = TimeProvider.System.GetTimestamp();
        var child = new ServerChild(Process.Start(start)!);
        child.process.OutputDataReceived += (_, e) => child.Take(e.Data);
        child.process.ErrorDataReceived += (_, e) => child.Take(e.Data);
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        if (await Task.WhenAny(child.ready.Task, child.process.WaitForExitAsync()) != child.ready.Task)
        {
            throw new InvalidOperationException("the server did not start:\n" + string.Join('\n', child.lines));
        }

        child.StartTime = TimeProvider.System.GetElapsedTime(begin);
        child.ReadyProcessorTime = child.ProcessorTime;
        return child;
    }

    /// <summary>The sum of a metric over its labels, from <c>/metrics</c>; 0 when it is not there.</summary>
    public async Task<double> MetricAsync(string name) => (await MetricsAsync(name))[0];

    /// <summary>Several from one answer.</summary>
    public async Task<double[]> MetricsAsync(params string[] names)
    {
        var lines = (await Http.GetStringAsync(new Uri($"http://127.0.0.1:{ports["http"]}/metrics"))).Split('\n');
        return
        [
            .. names.Select(name => lines
                .Where(l => l.StartsWith(name, StringComparison.Ordinal) && (l[name.Length] == ' ' || l[name.Length] == '{'))
                .Sum(l => double.Parse(Value().Match(l).Groups[1].Value, CultureInfo.InvariantCulture))),
        ];
    }

    /// <summary>Waits until a metric has reached a value.</summary>
    /// <returns>The value seen last.</returns>
    public async Task<double> MetricReachesAsync(string name, double value, TimeSpan longest)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await MetricAsync(name);
            if (seen >= value || TimeProvider.System.GetElapsedTime(start) > longest)
            {
                return seen;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public void Kill() => process.Kill();

    /// <summary>Runs a verb of the same program to its end.</summary>
    /// <returns>Its exit status.</returns>
    public static async Task<int> VerbAsync(params string[] arguments)
    {
        using var verb = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pinganiot.dll"), .. arguments]) { UseShellExecute = false })!;
        await verb.WaitForExitAsync();
        return verb.ExitCode;
    }

    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lines.Add(line);
        var address = AddressLine().Match(line);
        if (address.Success)
        {
            ports[address.Groups[1].Value] = int.Parse(address.Groups[2].Value, CultureInfo.InvariantCulture);
        }
        else if (line.StartsWith("ready", StringComparison.Ordinal))
        {
            ready.TrySetResult();
        }
        else if (line.Contains("fail:", StringComparison.Ordinal) || line.Contains("warn:", StringComparison.Ordinal))
        {
            Console.WriteLine("server: " + line);
        }
    }

    [GeneratedRegex(@"^(mqtts?|grpc|http)\s+\S+://\S+:(\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex AddressLine();

    [GeneratedRegex(@"(?:\}|^\S+)\s+(\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Value();
}
