using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace PingAnIoT.Ingest;

/// <summary>
/// One client after CONNACK. What a read of the pipe brings becomes one batch, and the acknowledgements of a batch one write.
/// Threading: the read loop owns it, except <see cref="OnDurable"/>, which the journal's release thread calls.
/// </summary>
internal sealed partial class MqttSession : IMessageSource
{
    private static readonly TimeSpan AcceptingPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    /// <summary>A read that brought messages of fewer bytes than this waits for its turn before the next.</summary>
    private const int LittleBytes = 4 * 1024;

    /// <summary>Turns at which it looks in vain before it has itself woken by what comes. Under TLS to look is to read, so there it does not.</summary>
    private const int EmptyTurns = 3;

    private readonly EdgeServices services;
    private readonly MqttLink link;
    private readonly MqttAgreement agreement;
    private readonly MqttVersion version;
    private readonly MqttScratch scratch;
    private readonly ControlPackets control;
    private readonly TimeSpan allowance;
    private readonly int receiveMaximum;
    private readonly bool withReasonStrings;
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IntakeLane? lane;
    private MessageBatch? batch;
    private long received;
    private long acknowledged;
    private int publishedNow;
    private long taken;
    private bool isOnTurn;
    private int emptyTurns;
    private int isStopping;

    public MqttSession(EdgeServices services, MqttLink link, MqttAgreement agreement, MqttScratch scratch)
    {
        this.services = services;
        this.link = link;
        this.agreement = agreement;
        this.scratch = scratch;
        version = agreement.Version;
        receiveMaximum = version == MqttVersion.V5 ? services.Options.ReceiveMaximum : int.MaxValue;
        withReasonStrings = agreement.Connect.RequestProblemInformation
            && agreement.Connect.MaximumPacketSize >= MqttPacketWriter.SmallPacketBytes;
        allowance = TimeSpan.FromSeconds(agreement.KeepAliveSeconds * 1.5);
        control = new ControlPackets(services, link, agreement);
    }

    public string Gateway => agreement.Gateway;

    /// <summary>True when it ended by DISCONNECT without a will.</summary>
    public bool EndedWell { get; private set; }

    /// <summary>What the client asked for last.</summary>
    public uint SessionExpirySeconds { get; private set; }

    /// <returns>Why the server ended it, or Success when the client did.</returns>
    public async Task<MqttReason> RunAsync()
    {
        SessionExpirySeconds = agreement.SessionExpirySeconds;
        lane = services.Intake.OpenLane(this);
        try
        {
            control.Start();
            return await ReadAsync().ConfigureAwait(false);
        }
        finally
        {
            SubmitBatch();
            lane.Dispose();
            control.Stop();
        }
    }

    public void OnDurable(MessageBatch batch)
    {
        var count = 0;
        foreach (ref readonly var outcome in batch.Outcomes)
        {
            count += outcome.PacketId != 0 ? 1 : 0;
        }

        // Counted before they are written: a client must never be ahead of what is counted here.
        services.Metrics.Acknowledged(count);
        Interlocked.Add(ref acknowledged, count);
        link.Output.WriteAcks(batch.Outcomes, version, withReasonStrings);
        link.Output.Flush();
        if (Volatile.Read(ref isStopping) != 0 && Volatile.Read(ref acknowledged) >= Volatile.Read(ref received))
        {
            drained.TrySetResult();
        }

        if (batch.Refusals.Length > 0)
        {
            services.Notices.Post(Gateway, batch);
        }
    }

    private async Task<MqttReason> ReadAsync()
    {
        link.SetDeadline(allowance);
        while (true)
        {
            var result = emptyTurns > 0 ? await NextAsync().ConfigureAwait(false) : await link.Input.ReadAsync().ConfigureAwait(false);
            if (result.IsCanceled || link.CloseReason is not null)
            {
                return await ClosingAsync().ConfigureAwait(false);
            }

            var takenBefore = taken;
            var rest = result.Buffer;
            var (step, reason) = Process(ref rest);
            while (step == Step.NeedBatch)
            {
                // The wait may be long: it is ours, not the client's silence, and what is answered already need not wait too.
                link.ClearDeadline();
                if (link.Output.PendingBytes > 0)
                {
                    link.Output.Flush();
                }

                if (!await TryRentAsync().ConfigureAwait(false))
                {
                    return await ClosingAsync().ConfigureAwait(false);
                }

                (step, reason) = Process(ref rest);
            }

            SubmitBatch();
            if (rest.Length != result.Buffer.Length)
            {
                // Only whole packets count for the keep-alive.
                link.SetDeadline(allowance);
            }

            var bytes = result.Buffer.Length - rest.Length;
            link.Input.AdvanceTo(rest.Start, rest.End);
            link.Output.Flush();
            scratch.Trim();
            if (step != Step.Done || result.IsCompleted)
            {
                return reason;
            }

            if (taken > takenBefore)
            {
                await PauseAsync(bytes).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// While a gateway is at it, to look again at a few more turns costs a tenth of being woken by its next message, which would wait for the commit all the same.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> NextAsync()
    {
        for (; emptyTurns > 0 && link.CloseReason is null; emptyTurns--)
        {
            if (link.Input.TryRead(out var result))
            {
                return result;
            }

            var turn = lane!.TurnAsync(link.Closing);
            if (turn.IsCompleted)
            {
                break;
            }

            await turn.ConfigureAwait(false);
        }

        return await link.Input.ReadAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// After little, what comes next gathers in the socket until the next commit is near: one read, one entry, one acknowledging write for all of it. A connection that
    /// brings much reads on at once, though not on the thread that others wait for.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PauseAsync(long bytes)
    {
        if (bytes >= LittleBytes)
        {
            if (isOnTurn)
            {
                isOnTurn = false;
                await Task.Yield();
            }

            return;
        }

        var turn = lane!.TurnAsync(link.Closing);
        if (turn.IsCompleted)
        {
            return;
        }

        link.ClearDeadline();
        await turn.ConfigureAwait(false);
        link.SetDeadline(allowance);
        isOnTurn = true;
        emptyTurns = link.Input is SocketReader ? EmptyTurns : 0;
    }

    /// <summary>Before the server stops, a client gets the acknowledgements that are on their way.</summary>
    private async Task<MqttReason> ClosingAsync()
    {
        SubmitBatch();
        var reason = link.CloseReason ?? MqttReason.Unspecified;
        if (reason == MqttReason.ServerShuttingDown)
        {
            link.SetDeadline(DrainTime);
            Interlocked.Exchange(ref isStopping, 1);
            if (Volatile.Read(ref acknowledged) < received)
            {
                await drained.Task.WaitAsync(DrainTime, services.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return reason;
    }

    private async ValueTask<bool> TryRentAsync()
    {
        try
        {
            while (!services.Intake.IsAccepting)
            {
                await Task.Delay(AcceptingPoll, services.Time, link.Closing).ConfigureAwait(false);
            }

            batch = await lane!.RentAsync(link.Closing).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (link.CloseReason is not null)
        {
            return false;
        }
    }

    private void SubmitBatch()
    {
        if (publishedNow > 0)
        {
            services.Metrics.Messages(publishedNow);
            publishedNow = 0;
        }

        if (batch is null)
        {
            return;
        }

        var full = batch;
        batch = null;
        lane!.Submit(full);
    }
}
