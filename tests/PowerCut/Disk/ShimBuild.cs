using System.Diagnostics;

namespace PingAnIoT.PowerCut;

/// <summary>Builds the recording shim with the C compiler at hand and runs a program under it.</summary>
public static class ShimBuild
{
    /// <returns>The shim's path, or null with the reason when it cannot be built here.</returns>
    public static (string? Path, string Reason) Build(string folder)
    {
        var shim = Path.Combine(folder, "powercut.so");
        var source = Path.Combine(AppContext.BaseDirectory, "shim.c");
        try
        {
            var (status, output) = Run("gcc", ["-shared", "-fPIC", "-O2", "-o", shim, source, "-ldl", "-lpthread"], []);
            return status == 0 ? (shim, "") : (null, "gcc failed: " + output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "gcc is not installed");
        }
    }

    /// <summary>Runs a program to its end.</summary>
    public static (int Status, string Output) Run(string program, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
