using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>Finds the dead letters of a batch; live and replay alike.</summary>
internal static class DeadLetters
{
    public static void Collect(MessageBatch batch, long journalPosition, ICollection<DeadLetter> letters)
    {
        var records = new MessageRecords(batch.Records);
        var index = 0;
        foreach (ref readonly var outcome in batch.Outcomes)
        {
            if (!records.MoveNext())
            {
                return;
            }

            if (outcome.RefusalCount > 0)
            {
                letters.Add(Of(batch, journalPosition, index, outcome, records));
            }

            index++;
        }
    }

    private static DeadLetter Of(MessageBatch batch, long journalPosition, int index, in MessageOutcome outcome, MessageRecords record)
    {
        var first = batch.Refusals[outcome.RefusalStart];
        return new DeadLetter
        {
            JournalPosition = journalPosition,
            Index = index,
            ReceiveTimeMicros = batch.Context.ReceiveTimeMicros,
            Gateway = batch.Context.Gateway,
            Topic = Encoding.UTF8.GetString(record.Topic),
            Reason = outcome.Reason == RefusalReason.None ? first.Reason : outcome.Reason,
            IsWhole = outcome.Reason != RefusalReason.None,
            RefusedReadings = outcome.RefusalCount,
            PayloadOffset = first.PayloadOffset,
            PayloadBytes = record.Payload.Length,
            Payload = record.Payload[..Math.Min(record.Payload.Length, DeadLetter.KeptPayloadBytes)].ToArray(),
        };
    }
}
