namespace PingAnIoT.EndToEnd;

/// <summary>One server for all the tests with independent clients.</summary>
public sealed class PeerServer : IAsyncLifetime
{
    private PinganProcess? server;

    public PinganProcess Server => server!;

    public async ValueTask InitializeAsync()
    {
        var data = PinganProcess.NewDataFolder("peers");
        server = await PinganProcess.RunAsync(data, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Rules"] = TestRules.Write(data, TestRules.Methane),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
