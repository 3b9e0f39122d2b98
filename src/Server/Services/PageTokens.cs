using System.Globalization;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>Paging as the protocol has it: a size with a bound, and a token that is where the next page begins.</summary>
internal static class PageTokens
{
    private const int MaxPageSize = 1_000;

    public static int Size(int asked, int otherwise) => asked switch
    {
        0 => otherwise,
        > 0 => Math.Min(asked, MaxPageSize),
        _ => throw GrpcErrors.Invalid("page_size", "must not be negative"),
    };

    public static long Start(string token, long otherwise = 0) =>
        token.Length == 0 ? otherwise
        : long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var start) ? start
        : throw GrpcErrors.Invalid("page_token", "is not one that this server gave");

    public static string Of(long next) => next.ToString(CultureInfo.InvariantCulture);
}
