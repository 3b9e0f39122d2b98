using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// Devices that the register has come to call retired have their place in the journal, as all else that the engines do has. Journaled at a
/// start, for that is when the register is read, and then replayed with the rest.
/// </summary>
internal static class Retirement
{
    private const int EntryBytes = 60 * 1024;

    /// <summary>Devices that the register calls retired and their engine does not yet.</summary>
    public static IReadOnlyList<int> Pending(DeviceRegister register, IReadOnlyList<Engine> engines) =>
        [.. register.Retired.Where(d => !engines[register.ShardOf(d, engines.Count)].IsRetired(d))];

    /// <summary>Completes when it is on disk. Nobody else may append meanwhile.</summary>
    /// <param name="journal">Where to.</param>
    /// <param name="register">Whose devices they are.</param>
    /// <param name="devices">Indexes.</param>
    /// <param name="receiveMicros">Now, by the receive clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task JournalAsync(
        Journal journal, DeviceRegister register, IReadOnlyList<int> devices, long receiveMicros, CancellationToken cancellationToken)
    {
        var end = Append(journal, register, devices, receiveMicros);
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        journal.OnCommitted = Look;
        Look();
        await durable.Task.WaitAsync(cancellationToken).ConfigureAwait(false);

        void Look()
        {
            if (journal.CommittedUntil >= end)
            {
                durable.TrySetResult();
            }
        }
    }

    /// <param name="register">Devices known.</param>
    /// <param name="content">Of the entry.</param>
    /// <returns>Indexes of those of its devices that the register knows.</returns>
    public static IReadOnlyList<int> Read(DeviceRegister register, ReadOnlySpan<byte> content)
    {
        var devices = new List<int>();
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var slash = line.IndexOf('/', StringComparison.Ordinal);
            var kind = slash < 0 ? -1 : register.Catalog.FindKind(line[..slash]);
            if (kind >= 0 && register.Find(kind, Encoding.UTF8.GetBytes(line[(slash + 1)..])) is >= 0 and var device)
            {
                devices.Add(device);
            }
        }

        return devices;
    }

    private static long Append(Journal journal, DeviceRegister register, IReadOnlyList<int> devices, long receiveMicros)
    {
        Span<byte> header = stackalloc byte[JournalEntry.LongestHeaderBytes];
        header = header[..JournalEntry.WriteHeader(header, JournalEntryKind.Retired, receiveMicros, "")];
        var end = 0L;
        var lines = new StringBuilder();
        for (var i = 0; i < devices.Count; i++)
        {
            var record = register[devices[i]];
            lines.Append(register.Catalog.Kinds[record.Kind].Name).Append('/').Append(record.Device).Append('\n');
            if (lines.Length >= EntryBytes || i == devices.Count - 1)
            {
                end = journal.Append(header, Encoding.UTF8.GetBytes(lines.ToString()));
                lines.Clear();
            }
        }

        return end;
    }
}
