using System.Buffers;
using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>What may stand in an MQTT UTF-8 string, a topic name and a topic filter (MQTT 5 sections 1.5.4 and 4.7).</summary>
internal static class MqttText
{
    private static readonly SearchValues<byte> PlainTopic = SearchValues.Create(PrintableAscii(except: "+#"));
    private static readonly SearchValues<byte> Plain = SearchValues.Create(PrintableAscii(except: ""));
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    /// <summary>
    /// Well-formed UTF-8 without NUL, surrogates, control characters and noncharacters. The standard forbids the first two
    /// and lets a server refuse the others; no name of ours has any, so all are refused.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        return text.IndexOfAnyExcept(Plain) < 0 || IsValidSlow(text);
    }

    /// <summary>A valid string, not empty and without wildcards: what a message may be published to.</summary>
    public static bool IsTopicName(ReadOnlySpan<byte> topic)
    {
        if (topic.IndexOfAnyExcept(PlainTopic) < 0)
        {
            return !topic.IsEmpty;
        }

        return IsValidSlow(topic) && topic.IndexOfAny((byte)'+', (byte)'#') < 0;
    }

    /// <summary>True if each wildcard takes a whole level and <c>#</c> is last. The text is valid already.</summary>
    public static bool IsTopicFilter(ReadOnlySpan<byte> filter)
    {
        for (var i = 0; i < filter.Length; i++)
        {
            if (filter[i] is not ((byte)'+' or (byte)'#'))
            {
                continue;
            }

            var startsLevel = i == 0 || filter[i - 1] == (byte)'/';
            var endsLevel = i == filter.Length - 1 || (filter[i] == (byte)'+' && filter[i + 1] == (byte)'/');
            if (!startsLevel || !endsLevel)
            {
                return false;
            }
        }

        return !filter.IsEmpty;
    }

    public static bool HasWildcard(ReadOnlySpan<byte> filter) => filter.IndexOfAny((byte)'+', (byte)'#') >= 0;

    /// <summary>1 to 64 bytes of <c>[A-Za-z0-9._-]</c>: what gateways and client ids are called.</summary>
    public static bool IsName(ReadOnlySpan<byte> name) =>
        name.Length is >= 1 and <= 64 && name.IndexOfAnyExcept(NameBytes) < 0;

    /// <inheritdoc cref="IsName(ReadOnlySpan{byte})"/>
    public static bool IsName(string name)
    {
        Span<byte> bytes = stackalloc byte[64];
        return name.Length <= 64 && Encoding.UTF8.TryGetBytes(name, bytes, out var length) && IsName(bytes[..length]);
    }

    private static bool IsValidSlow(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var consumed) != OperationStatus.Done || IsUnwanted(rune.Value))
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }

    private static bool IsUnwanted(int value) =>
        value is < 0x20 or (>= 0x7F and <= 0x9F) or (>= 0xFDD0 and <= 0xFDEF) || (value & 0xFFFE) == 0xFFFE;

    private static byte[] PrintableAscii(string except) =>
        [.. Enumerable.Range(0x20, 0x5F).Select(c => (byte)c).Where(c => !except.Contains((char)c, StringComparison.Ordinal))];
}
