using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace PingAnIoT.Simulators;

/// <summary>TLS over a non-blocking socket. Threading: owned by the fleet's thread, on which all of it runs, the check of the certificate included.</summary>
internal sealed class TlsLink : WireLink
{
    private const int LargestRecord = 16 * 1024;
    private readonly CipherStream cipher = new();
    private readonly SslStream tls;
    private readonly Task handshake;
    private readonly byte[] cipherBuffer = new byte[LargestRecord];
    private readonly byte[] plain = new byte[LargestRecord];
    private Task<int>? reading;
    private int plainStart;
    private int plainEnd;

    public TlsLink(Socket socket, SslClientAuthenticationOptions options)
        : base(socket)
    {
        tls = new SslStream(cipher);
        handshake = tls.AuthenticateAsClientAsync(options);
    }

    public override bool IsReady => handshake.IsCompletedSuccessfully;

    public override bool HasUnsent => !cipher.Outgoing.IsEmpty;

    public override bool Advance()
    {
        while (Flush())
        {
            if (handshake.IsCompleted)
            {
                return !handshake.IsFaulted || Fail(handshake.Exception.InnerException!);
            }

            if (!cipher.IsHungry || !TryFeed(out var isOver))
            {
                return true;
            }

            if (isOver)
            {
                // What the other side said last may be why.
                return Fail(handshake.Exception?.InnerException ?? new IOException("closed during the TLS handshake"));
            }
        }

        return false;
    }

    public override int Send(ReadOnlySpan<byte> bytes)
    {
        if (!Flush())
        {
            return Gone;
        }

        if (HasUnsent)
        {
            return 0;
        }

        var count = Math.Min(bytes.Length, LargestRecord);
        tls.Write(bytes[..count]);
        return Flush() ? count : Gone;
    }

    public override int Receive(Span<byte> target, out bool mayHaveMore)
    {
        mayHaveMore = true;
        while (plainStart == plainEnd)
        {
            reading ??= tls.ReadAsync(plain).AsTask();
            if (reading.IsCompleted)
            {
                if (!TryTakeRead())
                {
                    return Gone;
                }
            }
            else if (!cipher.IsHungry || !TryFeed(out _))
            {
                return 0;
            }
        }

        var count = Math.Min(target.Length, plainEnd - plainStart);
        plain.AsSpan(plainStart, count).CopyTo(target);
        plainStart += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        tls.Dispose();
    }

    private bool TryTakeRead()
    {
        try
        {
            (plainStart, plainEnd) = (0, reading!.GetAwaiter().GetResult());
            reading = null;
            return plainEnd > 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return Fail(e);
        }
    }

    /// <returns>False when nothing is there.</returns>
    private bool TryFeed(out bool isOver)
    {
        var count = base.Receive(cipherBuffer, out _);
        isOver = count == Gone;
        if (count != 0)
        {
            cipher.Feed(cipherBuffer.AsMemory(0, Math.Max(count, 0)));
        }

        return count != 0;
    }

    /// <returns>False when the connection is lost.</returns>
    private bool Flush()
    {
        while (HasUnsent)
        {
            var count = base.Send(cipher.Outgoing);
            if (count <= 0)
            {
                return count == 0;
            }

            cipher.Sent(count);
        }

        return true;
    }

    private bool Fail(Exception why)
    {
        Error = why.Message;
        return false;
    }
}
