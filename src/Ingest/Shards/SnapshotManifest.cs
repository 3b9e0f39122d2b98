using System.Globalization;

namespace PingAnIoT.Ingest;

/// <summary>
/// What says that a snapshot is whole: text, one fact a line, the last line a checksum of those before.
/// </summary>
/// <param name="Position">Where in the journal the states stand.</param>
/// <param name="ReceiveTimeMicros">At or after every receive time before it.</param>
/// <param name="Files">Name, length and CRC-32C of each state.</param>
internal sealed record SnapshotManifest(long Position, long ReceiveTimeMicros, IReadOnlyList<(string Name, long Bytes, uint Crc)> Files)
{
    public const string FileName = "manifest";

    private const string Format = "PASNAP1";

    public static SnapshotManifest Of(SnapshotRequest request, long receiveTimeMicros) => new(
        request.Position, receiveTimeMicros,
        [.. Enumerable.Range(0, request.Shards).Select(SnapshotRequest.FileName).Select(name => Measure(request.Folder, name))]);

    public string ToText()
    {
        var lines = new List<string>
        {
            Format,
            string.Create(CultureInfo.InvariantCulture, $"{Position} {ReceiveTimeMicros}"),
        };
        lines.AddRange(Files.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {f.Bytes} {f.Crc:x8}")));
        return string.Join('\n', lines) + "\n" + Sum(lines) + "\n";
    }

    /// <exception cref="InvalidDataException">Not a whole snapshot.</exception>
    public static SnapshotManifest Read(string folder)
    {
        var manifest = Parse(folder);
        foreach (var file in manifest.Files)
        {
            if (Measure(folder, file.Name) != file)
            {
                throw new InvalidDataException($"{file.Name} is damaged");
            }
        }

        return manifest;
    }

    /// <summary>Its <see cref="ReceiveTimeMicros"/>, without a look at the states.</summary>
    /// <exception cref="InvalidDataException">The manifest is damaged.</exception>
    public static long TimeOf(string folder) => Parse(folder).ReceiveTimeMicros;

    private static SnapshotManifest Parse(string folder)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, FileName)).ToList();
        if (lines.Count < 4 || lines[0] != Format || lines[^1] != Sum(lines[..^1]))
        {
            throw new InvalidDataException("the manifest is damaged");
        }

        var head = lines[1].Split(' ');
        return new SnapshotManifest(
            long.Parse(head[0], CultureInfo.InvariantCulture), long.Parse(head[1], CultureInfo.InvariantCulture),
            [.. lines[2..^1].Select(l => l.Split(' ')).Select(f => (
                f[0], long.Parse(f[1], CultureInfo.InvariantCulture), uint.Parse(f[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture)))]);
    }

    private static (string Name, long Bytes, uint Crc) Measure(string folder, string name)
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        var crc = Crc32C.Seed;
        var buffer = new byte[1024 * 1024];
        int read;
        while ((read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
        {
            crc = Crc32C.Add(crc, buffer.AsSpan(0, read));
        }

        return (name, file.Length, Crc32C.Finish(crc));
    }

    private static string Sum(IEnumerable<string> lines) =>
        Crc32C.Of(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines))).ToString("x8", CultureInfo.InvariantCulture);
}
