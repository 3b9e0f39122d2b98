using System.Net;
using System.Net.Sockets;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A server of the other side: goes away and comes back on the same port, and may leave a connection without an answer.</summary>
public abstract class TcpSink : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly List<Task> conversations = [];
    private TcpListener? listener;
    private CancellationTokenSource ending = new();
    private Task accepting = Task.CompletedTask;

    /// <summary>Its port, also while it is away.</summary>
    public int Port { get; private set; }

    /// <summary>Begins to listen: the first time on a free port, then on the same.</summary>
    public void Up()
    {
        ending = new CancellationTokenSource();
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync(listener, ending.Token);
    }

    /// <summary>Listens no more; whoever was connected is cut off.</summary>
    public async Task DownAsync()
    {
        await ending.CancelAsync();
        listener?.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] open;
        lock (gate)
        {
            open = [.. conversations];
            conversations.Clear();
        }

        await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Dispose();
        listener = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (listener is not null)
        {
            await DownAsync();
        }
    }

    protected abstract Task TalkAsync(Stream stream, CancellationToken cancellationToken);

    /// <summary>Says nothing until the other side has gone.</summary>
    protected static async Task HangAsync(Stream stream, CancellationToken cancellationToken)
    {
        var rest = new byte[1024];
        while (await stream.ReadAsync(rest, cancellationToken) > 0)
        {
        }
    }

    private async Task AcceptAsync(TcpListener from, CancellationToken cancellationToken)
    {
        while (true)
        {
            var client = await from.AcceptTcpClientAsync(cancellationToken);
            lock (gate)
            {
                conversations.Add(ConverseAsync(client, cancellationToken));
            }
        }
    }

    private async Task ConverseAsync(TcpClient client, CancellationToken cancellationToken)
    {
        using (client)
        {
            try
            {
                await TalkAsync(client.GetStream(), cancellationToken);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                // The other side went, or this one is taken down.
            }
        }
    }
}
