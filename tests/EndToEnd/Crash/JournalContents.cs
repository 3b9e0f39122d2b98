using System.Buffers.Binary;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Ingest;

namespace PingAnIoT.EndToEnd;

/// <summary>What a stopped server's journal holds, read record by record as its format is documented.</summary>
public static class JournalContents
{
    /// <summary>Every (device, flow) of messages that were accepted, with how often it is there.</summary>
    public static Dictionary<(string Device, long Number), int> Read(string data, out long damagedBytes)
    {
        var file = Directory.GetFiles(data, "*.journal", SearchOption.AllDirectories).First();
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var journal = Journal.Open(
            Path.GetDirectoryName(file)!, new JournalOptions(), TimeProvider.System, NullLoggerFactory.Instance, meters.GetRequiredService<IMeterFactory>());
        using var reader = journal.Read();
        var found = new Dictionary<(string, long), int>();
        while (reader.Read())
        {
            if (JournalEntry.TryRead(reader.Body, out var entry) && entry.Kind == JournalEntryKind.Messages)
            {
                Take(entry.Content, found);
            }
        }

        damagedBytes = reader.DamagedBytes;
        return found;
    }

    private static void Take(ReadOnlySpan<byte> records, Dictionary<(string, long), int> found)
    {
        while (records.Length >= 8)
        {
            var topicLength = BinaryPrimitives.ReadUInt16LittleEndian(records[2..]);
            var payloadLength = BinaryPrimitives.ReadInt32LittleEndian(records[4..]);
            var isAccepted = records[1] == 0;
            var topic = Encoding.UTF8.GetString(records.Slice(8, topicLength));
            using var payload = JsonDocument.Parse(records.Slice(8 + topicLength, payloadLength).ToArray());
            if (isAccepted)
            {
                var key = (topic[(topic.LastIndexOf('/') + 1)..], payload.RootElement.GetProperty("flow").GetInt64());
                found[key] = found.GetValueOrDefault(key) + 1;
            }

            records = records[(8 + topicLength + payloadLength)..];
        }
    }
}
