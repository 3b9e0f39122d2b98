using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PingAnIoT.EndToEnd;

/// <summary>The built <c>pinganiot</c> as a child process on free ports, with a data folder of its own: started, killed, started again.</summary>
public sealed partial class PinganProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(120);
    private readonly Process process;
    private readonly List<string> lines = [];
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, int> ports = new(StringComparer.Ordinal);

    private PinganProcess(Process process) => this.process = process;

    public int Mqtt => ports["mqtt"];

    public int MqttTls => ports["mqtts"];

    public int Grpc => ports["grpc"];

    public int Http => ports["http"];

    /// <summary>Every port it has said that it listens on, by what is spoken there.</summary>
    public IReadOnlyDictionary<string, int> Ports => ports;

    public int Id => process.Id;

    /// <summary>From process start to the ready line.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Everything printed so far, both streams.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "pinganiot.dll");

    public static Task<ToolResult> VerbAsync(params string[] arguments) =>
        Tool.RunAsync("dotnet", [Assembly, .. arguments], AppContext.BaseDirectory);

    public static Task<ToolResult> VerbAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Tool.RunAsync("dotnet", [Assembly, .. arguments], AppContext.BaseDirectory, TimeSpan.FromMinutes(5), environment);

    /// <summary>Starts <c>run</c> with open gateways and officers on free loopback ports and waits until it is ready.</summary>
    /// <param name="data">Its folder.</param>
    /// <param name="settings">Beside these.</param>
    /// <param name="openFiles">Most that the process may have; null for as many as it may.</param>
    public static async Task<PinganProcess> RunAsync(string data, IReadOnlyDictionary<string, string>? settings = null, int? openFiles = null)
    {
        var environment = FreePorts();
        environment["PingAn__Data"] = data;
        environment["PingAn__Gateways__Open"] = "true";
        foreach (var (key, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            environment["PingAn__" + key] = value;
        }

        return await StartAsync(["run"], environment, openFiles);
    }

    public static Dictionary<string, string> FreePorts() => new(StringComparer.Ordinal)
    {
        ["PingAn__Listen__Mqtt"] = "0",
        ["PingAn__Listen__MqttTls"] = "0",
        ["PingAn__Listen__Grpc"] = "0",
        ["PingAn__Listen__Http"] = "0",
    };

    public static async Task<PinganProcess> StartAsync(string[] arguments, Dictionary<string, string> environment, int? openFiles = null)
    {
        var begin = TimeProvider.System.GetTimestamp();

        // A process that is killed leaves the runtime's pipes for debuggers in the temporary folder.
        environment["DOTNET_EnableDiagnostics"] = "0";
        string[] command = ["dotnet", Assembly, .. arguments];
        if (openFiles is { } most)
        {
            command = ["prlimit", FormattableString.Invariant($"--nofile={most}:{most}"), .. command];
        }

        var server = new PinganProcess(Tool.Start(command[0], command[1..], AppContext.BaseDirectory, environment));
        server.process.OutputDataReceived += (_, e) => server.Take(e.Data);
        server.process.ErrorDataReceived += (_, e) => server.Take(e.Data);
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        var ended = server.process.WaitForExitAsync();
        var first = await Task.WhenAny(server.ready.Task, ended, Task.Delay(LongestStart, TimeProvider.System));
        if (first != server.ready.Task)
        {
            await server.DisposeAsync();
            Assert.Fail($"pinganiot {string.Join(' ', arguments)} was not ready:\n{string.Join('\n', server.Lines)}");
        }

        server.StartTime = TimeProvider.System.GetElapsedTime(begin);
        return server;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then its exit status.</summary>
    public async Task<int> StopAsync()
    {
        (await Tool.RunAsync("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])).ExitCode.Should().Be(0);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Add(line);
        }

        var address = AddressLine().Match(line);
        if (address.Success)
        {
            ports[address.Groups[1].Value] = int.Parse(address.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture);
        }
        else if (line.StartsWith("ready", StringComparison.Ordinal))
        {
            ready.TrySetResult();
        }
    }

    [GeneratedRegex(@"^(mqtts?|grpc|http)\s+\S+://\S+:(\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex AddressLine();
}
