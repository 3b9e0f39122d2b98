namespace PingAnIoT.EndToEnd;

/// <summary>One server for all the tests with independent clients.</summary>
public sealed class PeerServer : IAsyncLifetime
{
    private readonly TempFolder temp = new("peers");
    private PinganProcess? server;

    public PinganProcess Server => server!;

    public async ValueTask InitializeAsync()
    {
        server = await PinganProcess.RunAsync(temp.FullName, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Rules"] = TestRules.Write(temp.FullName, TestRules.Methane),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        temp.Dispose();
    }
}
