using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// Accepts MQTT connections and acknowledges every QoS 1 PUBLISH without looking at it: what the generator can do alone. In a process of its own,
/// so that its processor time and its open files are not the generator's.
/// </summary>
internal sealed class AckSink : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private readonly Process process;

    private AckSink(Process process, int port) => (this.process, Port) = (process, port);

    public int Port { get; }

    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static async Task<AckSink> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(AckSink).Assembly.Location, "ack-sink"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        var process = Process.Start(start)!;
        return new AckSink(process, int.Parse((await process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
    }

    /// <summary>The child: says its port, serves until its input ends.</summary>
    public static async Task<int> ServeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4096);
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture));
        _ = AcceptAsync(listener);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            _ = ServeAsync(await listener.AcceptAsync());
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        var (carry, acks) = (Array.Empty<byte>(), new byte[16]);
        using (socket)
        {
            try
            {
                while (true)
                {
                    // Without a buffer, as long as there is nothing: most connections are idle.
                    await socket.ReceiveAsync(Memory<byte>.Empty);
                    var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                    carry.CopyTo(buffer, 0);
                    var count = socket.Receive(buffer.AsSpan(carry.Length));
                    if (count == 0)
                    {
                        return;
                    }

                    var (used, answered) = Answer(buffer.AsSpan(0, carry.Length + count), ref acks);
                    carry = used == carry.Length + count ? [] : buffer[used..(carry.Length + count)];
                    ArrayPool<byte>.Shared.Return(buffer);
                    await socket.SendAsync(acks.AsMemory(0, answered));
                }
            }
            catch (SocketException)
            {
                // It went.
            }
        }
    }

    private static (int Used, int Answered) Answer(ReadOnlySpan<byte> bytes, ref byte[] acks)
    {
        var (at, answered) = (0, 0);
        while (at + 2 <= bytes.Length && WireFrames.ReadHeader(bytes[at..], out var remaining) is var header && header > 0 && at + header + remaining <= bytes.Length)
        {
            if (answered + 4 > acks.Length)
            {
                Array.Resize(ref acks, acks.Length * 4);
            }

            answered += Answer(bytes.Slice(at, header + remaining), header, acks.AsSpan(answered));
            at += header + remaining;
        }

        return (at, answered);
    }

    private static int Answer(ReadOnlySpan<byte> packet, int header, Span<byte> answer)
    {
        switch (packet[0] >> 4)
        {
            case 1:
                (answer[0], answer[1], answer[2], answer[3]) = (0x20, 2, 0, 0);
                return 4;
            case 3 when (packet[0] & 0x06) != 0:
                var id = header + 2 + (packet[header] << 8) + packet[header + 1];
                (answer[0], answer[1], answer[2], answer[3]) = (0x40, 2, packet[id], packet[id + 1]);
                return 4;
            case 12:
                (answer[0], answer[1]) = (0xD0, 0);
                return 2;
            default:
                return 0;
        }
    }
}
