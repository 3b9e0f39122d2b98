using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Ingest.Tests;

/// <summary>A link may be asked to close by anyone at any time: also when it has just ended by itself.</summary>
[Collection(nameof(EdgeThreatTests))]
public sealed class MqttLinkTests
{
    [Fact]
    public void Closed_after_its_end_it_leaves_no_exception_behind()
    {
        var unobserved = new List<string>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, args) =>
        {
            lock (unobserved)
            {
                unobserved.Add(args.Exception.ToString());
            }
        };
        TaskScheduler.UnobservedTaskException += note;
        CloseEnded();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= note;
        unobserved.Should().BeEmpty();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void CloseEnded()
    {
        for (var i = 0; i < 100; i++)
        {
            var connection = new EdgeConnection(new Ends(), Address: null, Certificate: null, Abort: () => { });
            var link = new MqttLink(connection, new EdgeOptions(), new FakeTimeProvider());
            link.Dispose();
            link.Close(MqttReason.KeepAliveTimeout);
        }
    }

    private sealed class Ends : IDuplexPipe
    {
        private readonly Pipe pipe = new();

        public PipeReader Input => pipe.Reader;

        public PipeWriter Output => pipe.Writer;
    }
}
