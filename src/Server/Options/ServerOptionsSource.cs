using Microsoft.Extensions.Configuration;

namespace PingAnIoT.Server;

/// <summary>Either options that may be used, or what is wrong with them.</summary>
public sealed record ServerOptionsResult(ServerOptions Options, IReadOnlyList<string> Errors);

/// <summary>Reads the options: appsettings.json in the working folder (or the file named), then the environment, then the command line.</summary>
public static class ServerOptionsSource
{
    private const string Section = "PingAn";
    private const string EnvironmentPrefix = "PingAn__";

    /// <param name="file">A settings file that must be there, or null for <c>appsettings.json</c> if there is one.</param>
    /// <param name="overrides">Keys such as <c>Listen:Mqtt</c> with the value to use; they win over all else.</param>
    public static ServerOptionsResult Read(string? file, IReadOnlyDictionary<string, string?> overrides)
    {
        try
        {
            var builder = new ConfigurationBuilder();
            var path = Path.GetFullPath(file ?? "appsettings.json");
            builder.AddJsonFile(path, optional: file is null, reloadOnChange: false);
            builder.AddInMemoryCollection(Environment.GetEnvironmentVariables()
                .Cast<System.Collections.DictionaryEntry>()
                .Where(e => ((string)e.Key).StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                .Select(e => new KeyValuePair<string, string?>(((string)e.Key).Replace("__", ":", StringComparison.Ordinal), (string?)e.Value)));
            builder.AddInMemoryCollection(overrides.Select(o => new KeyValuePair<string, string?>($"{Section}:{o.Key}", o.Value)));
            var options = builder.Build().GetSection(Section).Get<ServerOptions>(b => b.ErrorOnUnknownConfiguration = true) ?? new ServerOptions();
            return new ServerOptionsResult(options, ServerOptionsCheck.Check(options));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or IOException or InvalidDataException)
        {
            return new ServerOptionsResult(new ServerOptions(), [$"The settings cannot be read: {Innermost(e).Message}"]);
        }
    }

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);
}
