using System.Buffers;
using System.IO.Pipelines;

namespace PingAnIoT.Ingest;

/// <summary>
/// The way back to one client. Bytes gather while a flush is under way and go out together; nobody who writes ever waits.
/// Threading: any thread may write (the session's reader, the journal's release thread, other sessions' notices);
/// one drain at a time touches the pipe.
/// </summary>
internal sealed class MqttOutput(PipeWriter writer, int limitBytes, Action overflow)
{
    private readonly Lock gate = new();
    private byte[] pending = [];
    private byte[] spare = [];
    private int length;
    private bool isDraining;
    private bool isClosed;
    private bool isOver;
    private TaskCompletionSource? idle;

    /// <summary>Bytes not yet handed to the transport.</summary>
    public int PendingBytes => Volatile.Read(ref length);

    /// <summary>Appends whole packets; <see cref="Flush"/> sends them. After the client is gone it does nothing.</summary>
    public void Write(ReadOnlySpan<byte> packets)
    {
        lock (gate)
        {
            if (TryReserve(packets.Length, out var span))
            {
                packets.CopyTo(span);
                length += packets.Length;
            }
        }

        CutIfOver();
    }

    /// <summary>PUBACKs for the messages of a batch that asked for one.</summary>
    public void WriteAcks(ReadOnlySpan<MessageOutcome> outcomes, MqttVersion version, bool withReasonStrings)
    {
        lock (gate)
        {
            foreach (ref readonly var outcome in outcomes)
            {
                if (outcome.PacketId == 0)
                {
                    continue;
                }

                if (!TryReserve(MqttPacketWriter.SmallPacketBytes, out var span))
                {
                    continue;
                }

                length += outcome.Reason == RefusalReason.None || version == MqttVersion.V311
                    ? MqttPacketWriter.PubAck(span, outcome.PacketId, MqttReason.Success)
                    : MqttPacketWriter.PubAck(
                        span, outcome.PacketId, RefusalCodes.ToMqtt(outcome.Reason),
                        withReasonStrings ? RefusalCodes.Word(outcome.Reason) : default);
            }
        }

        CutIfOver();
    }

    /// <summary>Starts to send what has gathered, unless that is under way. Does not wait.</summary>
    public void Flush()
    {
        lock (gate)
        {
            if (isDraining || length == 0 || isClosed)
            {
                return;
            }

            isDraining = true;
        }

        _ = DrainAsync();
    }

    /// <summary>Sends what has gathered, takes no more, and completes when the pipe is no longer touched.</summary>
    public Task CloseAsync()
    {
        Flush();
        lock (gate)
        {
            if (!isDraining)
            {
                isClosed = true;
                return Task.CompletedTask;
            }

            idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return idle.Task;
        }
    }

    private async Task DrainAsync()
    {
        try
        {
            while (true)
            {
                if (!TryTake(out var bytes))
                {
                    return;
                }

                writer.Write(bytes.Span);
                var result = await writer.FlushAsync().ConfigureAwait(false);
                if (result.IsCompleted || result.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (Exception)
        {
            // The connection is gone; its reader finds that out by itself.
        }

        lock (gate)
        {
            isClosed = true;
            isDraining = false;
            idle?.TrySetResult();
        }
    }

    private bool TryTake(out ReadOnlyMemory<byte> bytes)
    {
        lock (gate)
        {
            bytes = pending.AsMemory(0, length);
            (pending, spare) = (spare, pending);
            length = 0;
            if (!bytes.IsEmpty)
            {
                return true;
            }

            // Said under the lock, so that whoever writes next starts a drain of his own.
            isDraining = false;
            if (idle is not null)
            {
                isClosed = true;
                idle.TrySetResult();
            }

            return false;
        }
    }

    private bool TryReserve(int bytes, out Span<byte> span)
    {
        span = default;
        if (isClosed || length + bytes > limitBytes + MqttPacketWriter.SmallPacketBytes)
        {
            isOver |= !isClosed;
            return false;
        }

        if (pending.Length - length < bytes)
        {
            Array.Resize(ref pending, Math.Max(Math.Max(512, pending.Length * 2), length + bytes));
        }

        span = pending.AsSpan(length);
        return true;
    }

    private void CutIfOver()
    {
        if (!Volatile.Read(ref isOver))
        {
            return;
        }

        lock (gate)
        {
            isClosed = true;
            isOver = false;
        }

        overflow();
    }
}
