using System.ComponentModel;
using System.Diagnostics;

namespace PingAnIoT.Ingest.Tests;

/// <summary>mosquitto's own client against the edge.</summary>
public sealed class MosquittoClientTests
{
    [Theory]
    [InlineData("311")]
    [InlineData("5")]
    public async Task Mosquitto_pub_is_acknowledged(string version)
    {
        await using var server = await EdgeServer.StartAsync();
        var start = new ProcessStartInfo("mosquitto_pub")
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
            ArgumentList =
            {
                "-h", "127.0.0.1", "-p", $"{server.Port}", "-i", "m1", "-u", "g1", "-V", version, "-q", "1", "-d",
                "--will-topic", "pingan/v1/g1/status", "--will-payload", "offline",
                "-t", "pingan/v1/g1/gas-pipe/p1", "-m", "{\"pressure\":410}",
            },
        };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception) when (Environment.GetEnvironmentVariable("PINGAN_NO_SKIP") != "1")
        {
            Assert.Skip("mosquitto_pub is not installed (Debian package mosquitto-clients)");
        }

        using (process)
        {
            var output = await process!.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            output.Should().Contain("received PUBACK");
            process.ExitCode.Should().Be(0, output);
        }

        server.Intake.Messages.Should().ContainSingle(m => m.Reason == RefusalReason.None);
        server.Intake.Presence.Should().Equal(("g1", true));
    }
}
