using System.Net;
using System.Net.Sockets;

namespace PingAnIoT.Alerts.Tests;

/// <summary>
/// A wire to the database's server that can be cut: at any moment, or so that the server has committed and its answer never comes.
/// Threading: from any thread.
/// </summary>
public sealed class CuttingWire : IDisposable
{
    /// <summary>The server's CommandComplete with the tag COMMIT.</summary>
    private static readonly byte[] Committed = [(byte)'C', 0, 0, 0, 11, .. "COMMIT\0"u8];
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly Lock gate = new();
    private readonly List<TcpClient> open = [];
    private readonly int server;
    private int answersToLose;

    public CuttingWire(int server)
    {
        this.server = server;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int LostAnswers { get; private set; }

    /// <summary>The next answers to a COMMIT are lost, with the connections they were to come over.</summary>
    public void LoseAnswers(int count) => Interlocked.Exchange(ref answersToLose, count);

    public void Cut()
    {
        lock (gate)
        {
            open.ForEach(c => c.Close());
            open.Clear();
        }
    }

    public void Dispose()
    {
        closing.Cancel();
        listener.Stop();
        Cut();
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync(closing.Token);
                var far = new TcpClient { NoDelay = true };
                near.NoDelay = true;
                await far.ConnectAsync(IPAddress.Loopback, server, closing.Token);
                lock (gate)
                {
                    open.AddRange([near, far]);
                }

                _ = PumpAsync(near, far, isAnswer: false);
                _ = PumpAsync(far, near, isAnswer: true);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Closed.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[65536];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, closing.Token) is var got and > 0)
            {
                if (isAnswer && buffer.AsSpan(0, got).IndexOf(Committed) >= 0 && Interlocked.Decrement(ref answersToLose) >= 0)
                {
                    LostAnswers++;
                    break;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, got), closing.Token);
            }
        }
        catch (Exception cut) when (cut is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // Cut.
        }

        from.Close();
        to.Close();
    }
}
