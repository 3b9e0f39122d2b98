using System.Buffers;
using System.Net;
using System.Net.Sockets;
using CsCheck;

namespace PingAnIoT.Ingest.Tests;

public sealed class SocketReaderTests : IDisposable
{
    private readonly Socket sender = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Socket receiver;
    private readonly SocketReader reader;

    private readonly SocketReadiness readiness;

    public SocketReaderTests()
        : this(OperatingSystem.IsLinux())
    {
    }

    private SocketReaderTests(bool usesEpoll)
    {
        readiness = new SocketReadiness(usesEpoll);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        sender.Connect(listener.LocalEndPoint!);
        receiver = listener.Accept();
        receiver.Blocking = false;
        reader = new SocketReader(receiver, readiness, 7);
        readiness.Add(reader);
    }

    public void Dispose()
    {
        reader.Complete();
        readiness.Dispose();
        sender.Dispose();
        receiver.Dispose();
    }

    /// <summary>Whatever is sent in whatever pieces, and however much of it is consumed and examined, comes out whole.</summary>
    [Fact]
    public void Every_byte_comes_once_and_in_order() => Gen.Select(Gen.Int[1, 60_000].Array[1, 6], Gen.Int[1, 100].Array[1, 8], Gen.Bool).Sample((pieces, shares, usesEpoll) =>
    {
        using var test = new SocketReaderTests(usesEpoll && OperatingSystem.IsLinux());
        test.PassAsync(pieces, shares).GetAwaiter().GetResult();
    }, iter: 60, threads: 1);

    [Fact]
    public async Task A_cancelled_read_says_so_once_and_the_next_goes_on()
    {
        for (var i = 0; i < 3; i++)
        {
            var pending = reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();
            pending.IsCompleted.Should().BeFalse();
            reader.CancelPendingRead();
            (await pending).IsCanceled.Should().BeTrue();
            reader.TryRead(out _).Should().BeFalse();
        }

        reader.CancelPendingRead();
        (await reader.ReadAsync()).IsCanceled.Should().BeTrue("one that nobody waited for counts for the next");
        var next = reader.ReadAsync().AsTask();
        sender.Send("abc"u8);
        var result = await next;
        result.Buffer.ToArray().Should().Equal("abc"u8.ToArray());
        result.IsCanceled.Should().BeFalse();
    }

    [Fact]
    public async Task The_other_side_is_gone_when_it_has_closed_and_a_reset_is_a_broken_connection()
    {
        sender.Send("abc"u8);
        sender.Shutdown(SocketShutdown.Send);
        var result = await reader.ReadAsync();
        reader.AdvanceTo(result.Buffer.End);
        result = await reader.ReadAsync();
        result.IsCompleted.Should().BeTrue();
        result.Buffer.IsEmpty.Should().BeTrue();

        using var other = new SocketReaderTests();
        var pending = other.reader.ReadAsync().AsTask();
        other.sender.Close(0);
        await FluentActions.Awaiting(() => pending).Should().ThrowAsync<IOException>();
    }

    private async Task PassAsync(int[] pieces, int[] shares)
    {
        var sent = new byte[pieces.Sum()];
        for (var i = 0; i < sent.Length; i++)
        {
            sent[i] = (byte)(i * 31 >> 3);
        }

        var sending = Task.Run(() =>
        {
            var at = 0;
            foreach (var piece in pieces)
            {
                for (var end = at + piece; at < end;)
                {
                    at += sender.Send(sent.AsSpan(at, end - at));
                }
            }

            sender.Shutdown(SocketShutdown.Send);
        });
        var got = new List<byte>();
        for (var round = 0; ; round++)
        {
            var result = await reader.ReadAsync();
            var take = result.IsCompleted ? result.Buffer.Length : result.Buffer.Length * shares[round % shares.Length] / 100;
            got.AddRange(result.Buffer.Slice(0, take).ToArray());
            reader.AdvanceTo(result.Buffer.GetPosition(take), result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await sending;
        got.Should().Equal(sent);
    }
}
