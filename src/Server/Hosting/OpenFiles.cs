using System.Globalization;

namespace PingAnIoT.Server;

/// <summary>
/// Each connection is an open file, and a process may have only so many. Journal, ledger and all else that is opened must never lack one because of those who connect, nor officers because of
/// gateways: what this process may have is shared out before anybody is let in.
/// </summary>
internal static class OpenFiles
{
    private const long Kept = 512;

    /// <summary>Most connections of gateways, and as many of officers: those asked for, or what there is room for.</summary>
    public static int Connections(int asked) => Connections(asked, File.Exists("/proc/self/limits") ? Most(File.ReadLines("/proc/self/limits")) : null);

    /// <param name="asked">As set.</param>
    /// <param name="most">Open files of this process; null for no bound.</param>
    internal static int Connections(int asked, long? most) => most is { } files ? (int)Math.Min(asked, Math.Max(1, (files - Math.Min(Kept, files / 2)) / 2)) : asked;

    /// <returns>The bound in force, which .NET raises to the hard one when it starts; null for none.</returns>
    internal static long? Most(IEnumerable<string> limits) =>
        limits.FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 3 } words
            && long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;
}
