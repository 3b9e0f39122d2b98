using System.Diagnostics;

namespace PingAnIoT.Judge;

/// <summary>A worker and its end.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;
    private int judged;

    public WorkerProcess(string folder, string classes, string costs)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["work", folder, classes, costs])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // 1.5 GiB: what a mutant takes without end is refused it.
        start.Environment["DOTNET_GCHeapHardLimit"] = "60000000";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var ready = process.StandardOutput.ReadLine();
        if (ready != "ready")
        {
            throw new InvalidOperationException($"The tests do not hold without a mutant: {ready}");
        }
    }

    public bool IsGone { get; private set; }

    /// <summary>Whether the tests still held without a mutant after the last one.</summary>
    public bool IsChecked => judged % Worker.RunsBetweenChecks == 0;

    /// <returns>What became of it; sick when the tests do not hold without it any more.</returns>
    public string Judge(string mutant)
    {
        process.StandardInput.WriteLine(mutant);
        var result = process.StandardOutput.ReadLine();
        var next = result is null ? null : process.StandardOutput.ReadLine();
        judged++;
        IsGone = next is null;
        return next?.StartsWith("sick", StringComparison.Ordinal) == true ? "sick" : result ?? "killed by the end of the process";
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
