namespace PingAnIoT.Ingest;

public sealed partial class Intake
{
    /// <summary>One source's share. Threading: rented and submitted by the source, given back by whichever stage is last.</summary>
    private sealed class Lane : IntakeLane, ILaneOwner
    {
        private readonly Intake intake;
        private readonly IMessageSource source;
        private readonly MessageDecoder decoder;
        private readonly Stack<MessageBatch> free = new();
        private readonly SemaphoreSlim credits;
        private readonly LaneTurn? turn;
        private volatile bool isClosed;

        public Lane(Intake intake, IMessageSource source)
        {
            this.intake = intake;
            this.source = source;
            Mark = intake.marks.Of(source.Gateway);
            decoder = new MessageDecoder(intake.register, intake.packSpaces);
            credits = new SemaphoreSlim(intake.options.LaneBatches);
            turn = intake.gathering is null ? null : new LaneTurn(intake.gathering);
        }

        public GatewayMark Mark { get; }

        public override ValueTask<MessageBatch> RentAsync(CancellationToken cancellationToken) =>
            intake.journal.HasRoom && !intake.stopping && credits.Wait(0, CancellationToken.None) ? new(Take()) : WaitAsync(cancellationToken);

        public override void Submit(MessageBatch batch)
        {
            if (batch.Count == 0)
            {
                GiveBack(batch);
            }
            else
            {
                intake.Submit(this, batch);
            }
        }

        public override ValueTask TurnAsync(CancellationToken cancellationToken) => turn is null ? default : turn.WaitAsync(cancellationToken);

        public void GiveBack(MessageBatch batch)
        {
            Interlocked.Add(ref intake.underWayBytes, -batch.Records.Length);
            lock (free)
            {
                free.Push(batch);
            }

            credits.Release();
        }

        public void Tell(MessageBatch batch)
        {
            if (isClosed)
            {
                return;
            }

            try
            {
                source.OnDurable(batch);
            }
            catch (Exception e)
            {
                intake.Counters.CountSourceFailure();
                intake.logger.SourceFailed(e, source.Gateway);
            }
        }

        public override void Dispose() => isClosed = true;

        private async ValueTask<MessageBatch> WaitAsync(CancellationToken cancellationToken)
        {
            await credits.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                while (!intake.journal.HasRoom)
                {
                    await intake.journal.RoomAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                    ObjectDisposedException.ThrowIf(intake.stopping, intake);
                }

                ObjectDisposedException.ThrowIf(intake.stopping, intake);
                return Take();
            }
            catch
            {
                credits.Release();
                throw;
            }
        }

        private MessageBatch Take()
        {
            MessageBatch? batch;
            lock (free)
            {
                free.TryPop(out batch);
            }

            batch ??= new MessageBatch(decoder) { Owner = this };
            batch.Reset(new MessageContext(source.Gateway, intake.clock.NowMicros()));
            return batch;
        }
    }
}
