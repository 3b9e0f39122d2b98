namespace PingAnIoT.EndToEnd;

/// <summary>
/// Independent programs that speak to the server. A test that needs one that is missing is skipped with the reason,
/// or fails where no skip is allowed (PINGAN_NO_SKIP=1).
/// </summary>
public static class Peers
{
    public static string ClientsFolder => Repository.PathOf("tests", "EndToEnd", "clients");

    /// <returns>The program's path.</returns>
    public static string Require(string program, string package)
    {
        var path = Find(program);
        Need(path is not null, $"{program} is not installed (Debian package {package})");
        return path!;
    }

    /// <returns>A python3 that has paho-mqtt.</returns>
    public static async Task<string> RequirePahoAsync()
    {
        foreach (var python in new[] { "/usr/bin/python3", Find("python3") })
        {
            if (python is not null && File.Exists(python) && (await Tool.RunAsync(python, ["-c", "import paho.mqtt.client"])).ExitCode == 0)
            {
                return python;
            }
        }

        Need(false, "no python3 with paho-mqtt (Debian package python3-paho-mqtt)");
        return "";
    }

    /// <returns>node's path, once the clients' packages are installed.</returns>
    public static string RequireNodeClients()
    {
        var node = Require("node", "nodejs");
        Need(
            Directory.Exists(Path.Combine(ClientsFolder, "node_modules", "mqtt")),
            "the node clients' packages are not installed (run `npm ci` in tests/EndToEnd/clients)");
        return node;
    }

    /// <returns>The path of buf, the linter of proto files, once the clients' packages are installed.</returns>
    public static string RequireBuf()
    {
        var machine = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "aarch64" : "x64";
        var path = Path.Combine(ClientsFolder, "node_modules", "@bufbuild", "buf-linux-" + machine, "bin", "buf");
        Need(File.Exists(path), "buf is not installed (run `npm ci` in tests/EndToEnd/clients)");
        return path;
    }

    public static void Need(bool isThere, string reason)
    {
        if (!isThere)
        {
            if (Environment.GetEnvironmentVariable("PINGAN_NO_SKIP") == "1")
            {
                Assert.Fail(reason + ", and PINGAN_NO_SKIP=1 allows no skip");
            }

            Assert.Skip(reason);
        }
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
