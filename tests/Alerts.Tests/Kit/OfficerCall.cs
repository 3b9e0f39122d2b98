using Grpc.Core;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A call of an officer of a territory.</summary>
public sealed class OfficerCall : ServerCallContext
{
    private readonly CancellationToken gone;

    public OfficerCall(string territory, string name = "wang", CancellationToken? gone = null)
    {
        this.gone = gone ?? TestContext.Current.CancellationToken;
        UserState[OfficerName.CallKey] = new Officer(name, territory);
    }

    protected override string MethodCore => "";

    protected override string HostCore => "";

    protected override string PeerCore => "";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; } = [];

    protected override CancellationToken CancellationTokenCore => gone;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(null, []);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
