using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>Each connection is an open file, and a process may have only so many.</summary>
internal static class FileLimit
{
    /// <summary>What a .NET process has open besides.</summary>
    private const int Others = 150;

    /// <exception cref="IOException">So many connections do not fit; the message says what to do.</exception>
    public static void Check(int connections)
    {
        const string Limits = "/proc/self/limits";
        if (File.Exists(Limits) && Read(File.ReadLines(Limits)) is { } most && connections + Others > most)
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture,
                $"{connections:N0} connections need {connections + Others:N0} open files, and this process may have {most:N0}: raise the hard limit (`ulimit -Hn`, limits.conf or LimitNOFILE=) or use several processes"));
        }
    }

    /// <returns>The soft limit of open files, which .NET raises to the hard one when it starts; null for none.</returns>
    internal static long? Read(IEnumerable<string> limits)
    {
        var words = limits.FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is { Length: > 3 } && long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;
    }
}
