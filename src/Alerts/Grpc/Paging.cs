using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace PingAnIoT.Alerts;

/// <summary>
/// Paging as AIP-158 has it, for every list: a size with a bound, and a token that nobody need understand. It holds where the next page begins and of
/// which request: all but the size and the fields that are shown must stay the same from page to page. It gives no right: every page asks anew who may see what.
/// </summary>
public static class Paging
{
    public const int MostItems = 1_000;
    private const int MarkBytes = 6;

    /// <summary>These may differ from page to page.</summary>
    private static readonly string[] Free = ["page_size", "page_token", "read_mask"];

    /// <param name="asked">0 for the usual.</param>
    /// <param name="otherwise">The usual.</param>
    public static int Size(int asked, int otherwise = 100) => asked switch
    {
        0 => otherwise,
        > 0 => Math.Min(asked, MostItems),
        _ => throw GrpcErrors.Invalid("page_size", "must not be negative"),
    };

    /// <param name="request">What was asked.</param>
    /// <param name="position">Where the next page begins, as the list itself understands it; null at the end.</param>
    /// <returns>"" at the end.</returns>
    public static string Next(IMessage request, string? position)
    {
        if (position is null)
        {
            return "";
        }

        var text = Encoding.UTF8.GetBytes(position);
        return Base64Url.EncodeToString([.. MarkOf(request), .. MarkOf(text), .. text]);
    }

    /// <inheritdoc cref="Next(IMessage, string?)"/>
    public static string Next(IMessage request, long? position) => Next(request, position?.ToString(CultureInfo.InvariantCulture));

    /// <returns>Where the page begins; "" for the first.</returns>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: the token is none, or of another request.</exception>
    public static string Start(IMessage request, string token)
    {
        if (token.Length == 0)
        {
            return "";
        }

        var bytes = Base64Url.IsValid(token) ? Base64Url.DecodeFromChars(token) : [];
        if (bytes.Length < 2 * MarkBytes || !MarkOf(bytes[(2 * MarkBytes)..]).AsSpan().SequenceEqual(bytes.AsSpan(MarkBytes, MarkBytes)))
        {
            throw GrpcErrors.Invalid("page_token", "is not one that this server gave");
        }

        return MarkOf(request).AsSpan().SequenceEqual(bytes.AsSpan(0, MarkBytes))
            ? Encoding.UTF8.GetString(bytes.AsSpan(2 * MarkBytes))
            : throw GrpcErrors.Invalid("page_token", "is of another request: all but page_size and read_mask stay the same from page to page");
    }

    /// <inheritdoc cref="Start(IMessage, string)"/>
    /// <param name="request">What is asked.</param>
    /// <param name="token">As it came.</param>
    /// <param name="first">Where the first page begins.</param>
    public static long Start(IMessage request, string token, long first) =>
        Start(request, token) is { Length: > 0 } position ? long.Parse(position, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : first;

    private static byte[] MarkOf(IMessage request)
    {
        var filter = request.Descriptor.Parser.ParseFrom(request.ToByteArray());
        foreach (var name in Free)
        {
            request.Descriptor.FindFieldByName(name)?.Accessor.Clear(filter);
        }

        return MarkOf([.. Encoding.UTF8.GetBytes(request.Descriptor.FullName), 0, .. filter.ToByteArray()]);
    }

    private static byte[] MarkOf(byte[] bytes) => SHA256.HashData(bytes)[..MarkBytes];
}
