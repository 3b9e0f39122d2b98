using System.Text.Json;

namespace PingAnIoT.Ingest;

/// <summary>The strict way this house reads JSON, and how a string is had from the reader without allocating.</summary>
internal static class JsonText
{
    /// <summary>Deep enough for a SenML record with an unknown structured field, no deeper.</summary>
    public const int MaximumDepth = 8;

    /// <summary>Longer keys and names than this are nobody's.</summary>
    public const int MaximumNameBytes = 128;

    public static JsonReaderOptions Options => new()
    {
        AllowTrailingCommas = false, CommentHandling = JsonCommentHandling.Disallow, MaxDepth = MaximumDepth,
    };

    /// <summary>The string or key under the reader, escapes resolved into <paramref name="scratch"/> when there are any.</summary>
    /// <param name="reader">On a string or a property name.</param>
    /// <param name="scratch">At least <see cref="MaximumNameBytes"/> long.</param>
    /// <returns>The text; one that is longer than <see cref="MaximumNameBytes"/> before its escapes are resolved comes back as it is written.</returns>
    /// <exception cref="InvalidOperationException">An escape is half a surrogate pair.</exception>
    public static ReadOnlySpan<byte> Text(ref Utf8JsonReader reader, Span<byte> scratch)
    {
        var written = reader.ValueSpan;
        return !reader.ValueIsEscaped || written.Length > MaximumNameBytes ? written : scratch[..reader.CopyString(scratch)];
    }
}
