using System.Net;
using System.Net.Sockets;

namespace PingAnIoT.EndToEnd;

/// <summary>
/// A line between an officer and the server that can go dead without either side being told: from then on nothing is read from one and written
/// to the other, and nothing is closed. To both it looks like a client that was stopped, or a cable that was cut.
/// </summary>
public sealed class StallProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly List<TcpClient> sockets = [];
    private readonly Lock gate = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile bool isDead;

    public StallProxy(int target)
    {
        this.target = target;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Nothing goes through any more.</summary>
    public void Die() => isDead = true;

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            sockets.ForEach(s => s.Dispose());
        }

        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(ending.Token);
            var server = new TcpClient();
            lock (gate)
            {
                sockets.AddRange([client, server]);
            }

            await server.ConnectAsync(IPAddress.Loopback, target, ending.Token);
            _ = PumpAsync(client.GetStream(), server.GetStream());
            _ = PumpAsync(server.GetStream(), client.GetStream());
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[4096];
        try
        {
            while (await from.ReadAsync(buffer, ending.Token) is > 0 and var read && !isDead)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), ending.Token);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the other finds out by itself.
        }
    }
}
