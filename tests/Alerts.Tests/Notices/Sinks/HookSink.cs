using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A request as it came.</summary>
public sealed record HookRequest(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string Key => Headers.GetValueOrDefault("Idempotency-Key", "");

    /// <summary>The signature by its definition, not by the code under test.</summary>
    public bool IsSignedBy(string secret)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(Headers["X-PingAn-Timestamp"]), (byte)'.', .. Body];
        return Headers["X-PingAn-Signature"] == "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }
}

/// <summary>A web server that is told of alerts: answers as it is set to, and keeps what it was sent.</summary>
public sealed class HookSink : TcpSink
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<HookRequest> seen = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<HookRequest> taken = new();
    private volatile int status = 200;

    /// <summary>The status of the next answers; 0 for none at all.</summary>
    public int Status
    {
        get => status;
        set => status = value;
    }

    /// <summary>The body of the answers.</summary>
    public string Says { get; set; } = "{}";

    /// <summary>Everything that came.</summary>
    public IReadOnlyCollection<HookRequest> Seen => seen;

    /// <summary>What was answered with 200.</summary>
    public IReadOnlyCollection<HookRequest> Taken => taken;

    protected override async Task TalkAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var reader = new BufferedStream(stream);
        var line = await LineAsync(reader, cancellationToken);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync(reader, cancellationToken) is { Length: > 0 } header)
        {
            var cut = header.IndexOf(':', StringComparison.Ordinal);
            headers[header[..cut]] = header[(cut + 1)..].Trim();
        }

        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await reader.ReadExactlyAsync(body, cancellationToken);
        var request = new HookRequest(line, headers, body);
        var answer = status;
        if (answer == 200)
        {
            taken.Enqueue(request);
        }

        seen.Enqueue(request);
        if (answer == 0)
        {
            await HangAsync(stream, cancellationToken);
            return;
        }

        var said = Encoding.UTF8.GetBytes(Says);
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"HTTP/1.1 {answer} X\r\nContent-Length: {said.Length}\r\nConnection: close\r\n\r\n"), .. said], cancellationToken);
    }

    private static async Task<string> LineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var next = new byte[1];
        while (await stream.ReadAsync(next, cancellationToken) == 1 && next[0] != '\n')
        {
            line.Add(next[0]);
        }

        return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
    }
}
