using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace PingAnIoT.Ingest;

/// <summary>A transport that MQTT comes in by, whatever its sort.</summary>
/// <param name="Transport">The bytes.</param>
/// <param name="Address">Of the peer; null when it has none.</param>
/// <param name="Certificate">The peer's, already verified; null without.</param>
/// <param name="Abort">Ends it at once, from any thread.</param>
public sealed record EdgeConnection(IDuplexPipe Transport, IPAddress? Address, X509Certificate2? Certificate, Action Abort);

/// <summary>
/// One connection as those outside its own read loop see it: something with a deadline that can be asked to close.
/// Threading: the read loop owns <see cref="Input"/>; everything else from any thread.
/// </summary>
internal sealed class MqttLink : IDisposable
{
    private readonly EdgeConnection connection;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private long deadline = long.MaxValue;
    private int closeReason = -1;
    private int cutReason;

    public MqttLink(EdgeConnection connection, EdgeOptions options, TimeProvider time)
    {
        this.connection = connection;
        this.time = time;
        Output = new MqttOutput(connection.Transport.Output, options.OutputMaximumBytes, () => Cut(CutReason.UnreadOutput));
    }

    public enum CutReason
    {
        None,
        UnreadOutput,
        ConnectDeadline,
        CloseDeadline,
    }

    public PipeReader Input => connection.Transport.Input;

    public MqttOutput Output { get; }

    public IPAddress? Address => connection.Address;

    public X509Certificate2? Certificate => connection.Certificate;

    /// <summary>Cancelled when someone asked it to close.</summary>
    public CancellationToken Closing => closing.Token;

    /// <summary>Why it was asked to close, or null.</summary>
    public MqttReason? CloseReason
    {
        get
        {
            var reason = Volatile.Read(ref closeReason);
            return reason < 0 ? null : (MqttReason)reason;
        }
    }

    /// <summary>Why it was ended without a word, if it was.</summary>
    public CutReason WasCut => (CutReason)Volatile.Read(ref cutReason);

    /// <summary>True once CONNACK is sent: then a missed deadline is no longer that of CONNECT.</summary>
    public bool IsConnected { get; set; }

    /// <summary>The guard counts it among those logged in.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>Must move on within <paramref name="span"/>, or is closed.</summary>
    public void SetDeadline(TimeSpan span) =>
        Volatile.Write(ref deadline, time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency));

    public void ClearDeadline() => Volatile.Write(ref deadline, long.MaxValue);

    /// <summary>Closes it if its deadline has passed.</summary>
    public void CheckDeadline(long now)
    {
        if (now < Volatile.Read(ref deadline))
        {
            return;
        }

        if (!IsConnected)
        {
            Cut(CutReason.ConnectDeadline);
        }
        else if (CloseReason is null)
        {
            SetDeadline(TimeSpan.FromSeconds(2));
            Close(MqttReason.KeepAliveTimeout);
        }
        else
        {
            Cut(CutReason.CloseDeadline);
        }
    }

    /// <summary>Asks the read loop to end, telling the client why. The first reason stands.</summary>
    public void Close(MqttReason reason)
    {
        if (Interlocked.CompareExchange(ref closeReason, (int)reason, -1) < 0)
        {
            // Not here and now: the caller may be the release thread.
            _ = EndReadingAsync();
        }
    }

    /// <summary>Ends the transport without a word.</summary>
    public void Cut(CutReason reason)
    {
        Interlocked.CompareExchange(ref cutReason, (int)reason, 0);
        connection.Abort();
        Close(MqttReason.Unspecified);
    }

    public void Dispose() => closing.Dispose();

    private async Task EndReadingAsync()
    {
        try
        {
            var cancelled = closing.CancelAsync();
            Input.CancelPendingRead();
            await cancelled.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or InvalidOperationException)
        {
            // It has ended by itself meanwhile.
        }
    }
}
