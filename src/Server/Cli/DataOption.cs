using System.CommandLine;

namespace PingAnIoT.Server;

/// <summary>The <c>--data</c> of the verbs that read a data folder without a server.</summary>
internal static class DataOption
{
    public static Option<string> Create() => new("--data")
    {
        Description = "The server's data folder; or PingAn__Data.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PingAn__Data") ?? new ServerOptions().Data,
    };
}
