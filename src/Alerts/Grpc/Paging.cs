using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace PingAnIoT.Alerts;

/// <summary>
/// Paging as AIP-158 has it, for every list: a size with a bound, and a token that nobody can read. It holds where the next page begins and of
/// which request: all but the size and the fields that are shown must stay the same from page to page. It gives no right: every page asks anew who may see what.
/// It is sealed, for where a page begins may be what another street's officer may see, with a key that lives as long as the process: after a restart one begins anew.
/// </summary>
public static class Paging
{
    public const int MostItems = 1_000;
    private const int MarkBytes = 6;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Tokens are multiples of this: how long the position is would say something of it, too. A multiple of 3, so that base64 leaves no bits over.</summary>
    private const int StepBytes = 96;
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

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
        var length = NonceBytes + TagBytes + MarkBytes + sizeof(int) + text.Length;
        var plain = new byte[((length + StepBytes - 1) / StepBytes * StepBytes) - NonceBytes - TagBytes];
        MarkOf(request).CopyTo(plain, 0);
        BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(MarkBytes), text.Length);
        text.CopyTo(plain, MarkBytes + sizeof(int));
        var token = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(token.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(Key, TagBytes);
        cipher.Encrypt(token.AsSpan(0, NonceBytes), plain, token.AsSpan(NonceBytes + TagBytes), token.AsSpan(NonceBytes, TagBytes));
        return Base64Url.EncodeToString(token);
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

        var plain = Open(token) ?? throw GrpcErrors.Invalid("page_token", "is not one that this server gave since it started; begin anew, without one");
        return MarkOf(request).AsSpan().SequenceEqual(plain.AsSpan(0, MarkBytes))
            ? Encoding.UTF8.GetString(plain, MarkBytes + sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(plain.AsSpan(MarkBytes)))
            : throw GrpcErrors.Invalid("page_token", "is of another request: all but page_size and read_mask stay the same from page to page");
    }

    /// <inheritdoc cref="Start(IMessage, string)"/>
    /// <param name="request">What is asked.</param>
    /// <param name="token">As it came.</param>
    /// <param name="first">Where the first page begins.</param>
    public static long Start(IMessage request, string token, long first) =>
        Start(request, token) is { Length: > 0 } position ? long.Parse(position, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : first;

    /// <returns>Null for one that was not sealed with this key.</returns>
    private static byte[]? Open(string token)
    {
        var sealedBytes = Base64Url.IsValid(token) ? Base64Url.DecodeFromChars(token) : [];
        if (sealedBytes.Length < StepBytes)
        {
            return null;
        }

        var plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        try
        {
            using var cipher = new AesGcm(Key, TagBytes);
            cipher.Decrypt(sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), plain);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

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
