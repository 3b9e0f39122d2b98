using System.CommandLine;
using Google.Protobuf;

namespace PingAnIoT.Server;

/// <summary>A list of the server's, read by the page.</summary>
internal static class PagedList
{
    private const int Page = 1_000;

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line." };

    public static Option<int> Limit()
    {
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 100 };
        limit.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() < 1)
            {
                r.AddError("--limit must be at least 1.");
            }
        });
        return limit;
    }

    /// <summary>Reads up to <paramref name="limit"/>, and where there are more tells how to see them: apart from the list, which a script may read.</summary>
    /// <param name="terminal">Where it is told.</param>
    /// <param name="limit">At least 1.</param>
    /// <param name="read">From a page's size and token to what is on it and the next one's token.</param>
    public static async Task<List<T>> ReadAsync<T>(Terminal terminal, int limit, Func<int, string, Task<(IEnumerable<T> Items, string Next)>> read)
    {
        var (all, token) = (new List<T>(), "");
        do
        {
            var (items, next) = await read(Math.Min(limit - all.Count, Page), token);
            all.AddRange(items);
            token = next;
        }
        while (token.Length > 0 && all.Count < limit);
        if (token.Length > 0)
        {
            await terminal.Error.WriteLineAsync($"There are more than these {all.Count}: --limit shows more.");
        }

        return all;
    }

    /// <summary>Writes one a line: as JSON, or as <paramref name="line"/> words it.</summary>
    public static async Task<int> WriteAsync<T>(Terminal terminal, IEnumerable<T> items, bool json, Func<T, string> line)
        where T : IMessage
    {
        foreach (var item in items)
        {
            await terminal.Out.WriteLineAsync(json ? JsonFormatter.Default.Format(item) : line(item));
        }

        return ExitCode.Done;
    }
}
