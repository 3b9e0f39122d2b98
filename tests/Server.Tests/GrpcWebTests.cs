using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>gRPC-Web by hand over HTTP/1.1, frame by frame as its protocol has it, so that the test does not lean on the library it tests.</summary>
public sealed class GrpcWebTests
{
    private const byte Data = 0x00;
    private const byte Trailers = 0x80;

    [Theory]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("application/grpc-web-text")]
    public async Task List_answers_with_a_message_and_trailers(string type)
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync(new Plant("gp-1").To(Severity.Red), new Plant("gp-2").To(Severity.Green));
        using var response = await PostAsync(server, "List", new V1.ListRequest(), type);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Version.Should().Be(HttpVersion.Version11);
        response.Content.Headers.ContentType!.MediaType.Should().StartWith(type.EndsWith("-text", StringComparison.Ordinal) ? type : "application/grpc-web");
        var frames = Frames(await BodyAsync(response, type));
        frames.Select(f => f.Kind).Should().Equal(Data, Trailers);
        V1.ListResponse.Parser.ParseFrom(frames[0].Body).Alerts.Select(a => a.Device).Should().BeEquivalentTo("gp-1", "gp-2");
        Encoding.ASCII.GetString(frames[1].Body).ToLowerInvariant().Should().MatchRegex(@"grpc-status: ?0\r\n");
    }

    [Fact]
    public async Task An_error_comes_as_a_status()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await PostAsync(server, "Get", new V1.GetRequest { Id = "none" }, "application/grpc-web");
        response.StatusCode.Should().Be(HttpStatusCode.OK, "the error is gRPC's, not HTTP's");
        var status = response.Headers.TryGetValues("grpc-status", out var values) ? values.Single()
            : Encoding.ASCII.GetString(Frames(await BodyAsync(response, "application/grpc-web"))[^1].Body).Split("grpc-status:")[1].Split('\r')[0].Trim();
        status.Should().BeOneOf("3", "5");
    }

    [Fact]
    public async Task Watch_streams_while_it_is_open()
    {
        await using var server = await TestServer.StartAsync();
        var plant = new Plant("gp-1");
        await server.PostAsync(plant.To(Severity.Green));
        using var response = await PostAsync(server, "Watch", new V1.WatchRequest(), "application/grpc-web");
        await using var body = await response.Content.ReadAsStreamAsync(TestServer.Cancel);
        await ReadUntilAsync(body, m => m.Snapshot?.Device == "gp-1");
        await server.PostAsync(plant.To(Severity.Red));
        var raised = await ReadUntilAsync(body, m => m.Event is not null);
        raised.Event.ToSeverity.Should().Be(V1.Severity.Red);
    }

    [Fact]
    public async Task Without_a_token_there_is_no_answer_where_tokens_are_asked_for()
    {
        await using var server = await TestServer.StartAsync(o => o with { Officers = new OfficersSection { SigningKey = new string('k', 32) } });
        await server.PostAsync(new Plant("gp-1").To(Severity.Red));
        using var response = await PostAsync(server, "List", new V1.ListRequest(), "application/grpc-web");
        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await response.Content.ReadAsByteArrayAsync(TestServer.Cancel)).Should().BeEmpty();
    }

    private static async Task<HttpResponseMessage> PostAsync(TestServer server, string method, IMessage message, string type)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)bytes.Length);
        bytes.CopyTo(frame, 5);
        var isText = type.EndsWith("-text", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/pingan.alerts.v1.AlertService/" + method)
        {
            Content = new ByteArrayContent(isText ? Encoding.ASCII.GetBytes(Convert.ToBase64String(frame)) : frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Add("X-Grpc-Web", "1");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestServer.Cancel);
    }

    /// <summary>The body's bytes; base64 comes in pieces, each padded by itself.</summary>
    private static async Task<byte[]> BodyAsync(HttpResponseMessage response, string type)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(TestServer.Cancel);
        return !type.EndsWith("-text", StringComparison.Ordinal) ? bytes
            : [.. Enumerable.Range(0, bytes.Length / 4).SelectMany(i => Convert.FromBase64String(Encoding.ASCII.GetString(bytes, i * 4, 4)))];
    }

    private static List<(byte Kind, byte[] Body)> Frames(byte[] bytes)
    {
        var frames = new List<(byte, byte[])>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 1));
            frames.Add((bytes[at], bytes[(at + 5)..(at + 5 + length)]));
            at += 5 + length;
        }

        return frames;
    }

    private static async Task<V1.WatchResponse> ReadUntilAsync(Stream body, Func<V1.WatchResponse, bool> isIt)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
        while (true)
        {
            var head = new byte[5];
            await body.ReadExactlyAsync(head, limit.Token);
            head[0].Should().Be(Data, "the stream goes on");
            var bytes = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1))];
            await body.ReadExactlyAsync(bytes, limit.Token);
            var message = V1.WatchResponse.Parser.ParseFrom(bytes);
            if (isIt(message))
            {
                return message;
            }
        }
    }
}
