using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A mail that was taken.</summary>
public sealed record SunkMail(string From, IReadOnlyList<string> To, string Text, bool IsTls, string User)
{
    public string Header(string name) => Text.Split("\r\n\r\n")[0].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n")
        .Where(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(l => l[(name.Length + 1)..].Trim()).SingleOrDefault("");
}

/// <summary>Where a mail server falls silent.</summary>
public enum SmtpSilence
{
    None,
    Greeting,
    Data,
    Quit,
}

/// <summary>A mail server after RFC 5321, with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954): takes or refuses as it is set to.</summary>
public sealed class SmtpSink : TcpSink
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<SunkMail> mails = new();
    private int connections;
    private volatile int answer = 250;
    private volatile SmtpSilence silence;

    /// <summary>The answer to what was sent; 250 takes it.</summary>
    public int Answer
    {
        get => answer;
        set => answer = value;
    }

    public SmtpSilence Silence
    {
        get => silence;
        set => silence = value;
    }

    /// <summary>With it STARTTLS is offered.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>With it a sender has to say who it is: name, a blank, password.</summary>
    public string Login { get; init; } = "";

    public IReadOnlyCollection<SunkMail> Mails => mails;

    public int Connections => Volatile.Read(ref connections);

    /// <summary>How often the other side waited for an answer that did not come.</summary>
    public int Silences { get; private set; }

    protected override async Task TalkAsync(Stream stream, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref connections);
        if (Silence == SmtpSilence.Greeting)
        {
            await SilentAsync(stream, cancellationToken);
            return;
        }

        await SayAsync(stream, "220 sink.test ESMTP", cancellationToken);
        var (from, to, user, isTls) = ("", new List<string>(), "", false);
        while (await LineAsync(stream, cancellationToken) is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync(stream, Greeting(isTls), cancellationToken);
                    break;
                case "STARTTLS" when Certificate is not null && !isTls:
                    await SayAsync(stream, "220 go ahead", cancellationToken);
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(Certificate);
                    (stream, isTls, user) = (tls, true, "");
                    break;
                case "AUTH" when line.StartsWith("AUTH PLAIN ", StringComparison.OrdinalIgnoreCase):
                    var said = Encoding.UTF8.GetString(Convert.FromBase64String(line[11..])).Split('\0');
                    var isGood = $"{said[1]} {said[2]}" == Login;
                    user = isGood ? said[1] : "";
                    await SayAsync(stream, isGood ? "235 welcome" : "535 no", cancellationToken);
                    break;
                case "MAIL":
                    (from, to) = (Path(line), []);
                    await SayAsync(stream, Login.Length > 0 && user.Length == 0 ? "530 who are you" : "250 ok", cancellationToken);
                    break;
                case "RCPT":
                    to.Add(Path(line));
                    await SayAsync(stream, "250 ok", cancellationToken);
                    break;
                case "DATA":
                    await SayAsync(stream, "354 end with a dot", cancellationToken);
                    var text = await TextAsync(stream, cancellationToken);
                    if (Silence == SmtpSilence.Data)
                    {
                        await SilentAsync(stream, cancellationToken);
                        return;
                    }

                    if (Answer == 250)
                    {
                        mails.Enqueue(new SunkMail(from, to, text, isTls, user));
                    }

                    await SayAsync(stream, $"{Answer} as set", cancellationToken);
                    break;
                case "QUIT" when Silence == SmtpSilence.Quit:
                    await SilentAsync(stream, cancellationToken);
                    return;
                case "QUIT":
                    await SayAsync(stream, "221 bye", cancellationToken);
                    return;
                case "RSET" or "NOOP":
                    await SayAsync(stream, "250 ok", cancellationToken);
                    break;
                default:
                    await SayAsync(stream, "502 not here", cancellationToken);
                    break;
            }
        }
    }

    private string Greeting(bool isTls) =>
        "250-sink.test\r\n" + (Certificate is not null && !isTls ? "250-STARTTLS\r\n" : "") + (Login.Length > 0 && (isTls || Certificate is null) ? "250-AUTH PLAIN\r\n" : "") + "250 8BITMIME";

    private async Task SilentAsync(Stream stream, CancellationToken cancellationToken)
    {
        Silences++;
        await HangAsync(stream, cancellationToken);
    }

    private static string Path(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

    private static async Task<string> TextAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        while (await LineAsync(stream, cancellationToken) is { } line && line != ".")
        {
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return text.ToString();
    }

    private static async Task SayAsync(Stream stream, string line, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private static async Task<string?> LineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var next = new byte[1];
        while (await stream.ReadAsync(next, cancellationToken) == 1)
        {
            if (next[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(next[0]);
        }

        return null;
    }
}
