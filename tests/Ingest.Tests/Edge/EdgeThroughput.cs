using System.Globalization;

namespace PingAnIoT.Ingest.Tests;

/// <summary>How fast codec, session and decoder are when nothing behind them takes time. Small here, for the count; the figures that matter come from <c>bench</c>.</summary>
public sealed class EdgeThroughput
{
    private const int Clients = 16;
    private const int MessagesPerWrite = 200;
    private const int Writes = 50;

    [Fact]
    public async Task Qos_1_with_nothing_behind()
    {
        await using var server = await EdgeServer.StartAsync();
        server.Intake.IsRecording = false;
        Run(server, Writes / 10);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var elapsed = Run(server, Writes);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        const double Messages = (double)Clients * MessagesPerWrite * Writes;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Messages / elapsed.TotalSeconds:N0} messages/s, {allocated / Messages:N1} bytes allocated a message"));
        server.Intake.Count.Should().Be((long)(Messages * 1.1));
    }

    private static TimeSpan Run(EdgeServer server, int writes)
    {
        var block = Enumerable.Range(1, MessagesPerWrite).SelectMany(id => MqttTextPackets.Assemble(Packet(id))).ToArray();
        var clients = Enumerable.Range(0, Clients).Select(i =>
        {
            var client = server.Connect();
            client.Send($"10[ 'MQTT' 04 82 003C 'c{i}' 'g1' ]");
            client.Expect("@connack4");
            return client;
        }).ToList();
        var start = TimeProvider.System.GetTimestamp();
        var threads = clients.Select(client => new Thread(() =>
        {
            var acks = new byte[MessagesPerWrite * 4 * 4];
            var due = 0L;
            for (var i = 0; i < writes; i++)
            {
                client.Send(block);
                due += MessagesPerWrite * 4;
                while (due > MessagesPerWrite * 4 * 4)
                {
                    due -= client.Socket.Receive(acks);
                }
            }

            while (due > 0)
            {
                due -= client.Socket.Receive(acks);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        clients.ForEach(client => client.Dispose());
        return TimeProvider.System.GetElapsedTime(start);
    }

    private static string Packet(int id) =>
        $"32[ 'pingan/v1/g1/gas-pipe/pipe-0042' {id:X4} {Convert.ToHexString("{\"pressure\":412.5,\"methane\":1.25,\"temperature\":18.5}"u8)} ]";
}
