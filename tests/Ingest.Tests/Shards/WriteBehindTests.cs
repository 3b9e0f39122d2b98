namespace PingAnIoT.Ingest.Tests;

/// <summary>What a shard writes is in the file when the file is said to be done, and a disk that will not take it keeps no shard waiting.</summary>
public sealed class WriteBehindTests
{
    [Fact]
    public async Task All_that_was_written_is_in_the_file_when_it_is_done()
    {
        var folder = Directory.CreateTempSubdirectory("pingan-behind-").FullName;
        try
        {
            var path = Path.Combine(folder, "state");
            var random = new Random(7);
            using var expected = new MemoryStream();
            var done = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var file = new WriteBehind(path);
            while (expected.Length < (WriteBehind.ChunksMax + 4) * 1024 * 1024)
            {
                var bytes = new byte[random.Next(3_000_000)];
                random.NextBytes(bytes);
                expected.Write(bytes);
                file.Write(bytes);
            }

            file.Length.Should().Be(expected.Length);
            file.Finish(done.SetResult);
            (await done.Task).Should().BeNull();
            File.ReadAllBytes(path).AsSpan().SequenceEqual(expected.ToArray()).Should().BeTrue();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_full_disk_takes_nothing_holds_nobody_and_is_told()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Skip("/dev/full is Linux's");
        }

        var done = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var file = new WriteBehind("/dev/full");
        var chunk = new byte[1024 * 1024];
        for (var i = 0; i < WriteBehind.ChunksMax * 3; i++)
        {
            file.Write(chunk);
        }

        file.Finish(done.SetResult);
        (await done.Task).Should().BeAssignableTo<IOException>();
    }
}
