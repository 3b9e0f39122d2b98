using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>An intake that keeps what it was given in memory and calls it durable at once, or when told.</summary>
internal sealed class FakeIntake : IIntake, IDisposable
{
    private const int BatchesPerLane = 4;
    private readonly Channel<(FakeLane Lane, MessageBatch Batch)> submitted = Channel.CreateUnbounded<(FakeLane, MessageBatch)>();
    private readonly ManualResetEventSlim released = new(initialState: true);
    private readonly TimeProvider time;
    private readonly DeviceRegister register = new(Catalog.Default, unregisteredCapacityDevices: 100_000);

    public FakeIntake(TimeProvider time)
    {
        this.time = time;
        _ = Task.Run(ReleaseAsync);
    }

    public bool IsAccepting { get; set; } = true;

    public TimeSpan GatewayReturn => TimeSpan.FromSeconds(90);

    /// <summary>False for runs that only count.</summary>
    public bool IsRecording { get; set; } = true;

    public ConcurrentQueue<Message> Messages { get; } = new();

    public ConcurrentQueue<(string Gateway, bool Online)> Presence { get; } = new();

    public long Count => Interlocked.Read(ref count);

    public DeviceRegister Register => register;

    private long count;
    private int batches;
    private int waiting;
    private Gathering? gathering;

    /// <summary>Batches with anything in them.</summary>
    public int Batches => Volatile.Read(ref batches);

    /// <summary>Somebody waits for the next call.</summary>
    public bool IsAnyoneWaiting => Volatile.Read(ref waiting) != 0;

    /// <summary>From now on who has brought little waits to be called.</summary>
    public void BeginFlow() => gathering = new Gathering(() => Volatile.Write(ref waiting, 1));

    public void Call()
    {
        Volatile.Write(ref waiting, 0);
        gathering!.Call(TimeSpan.FromSeconds(10));
    }

    /// <summary>From now on nothing becomes durable.</summary>
    public void Hold() => released.Reset();

    public void Release() => released.Set();

    public IntakeLane OpenLane(IMessageSource source) => new FakeLane(this, source);

    public void ReportGateway(string gateway, bool online) => Presence.Enqueue((gateway, online));

    public void Dispose()
    {
        submitted.Writer.TryComplete();
        released.Set();
    }

    private async Task ReleaseAsync()
    {
        await foreach (var (lane, batch) in submitted.Reader.ReadAllAsync())
        {
            released.Wait();
            lane.Release(batch);
        }
    }

    internal sealed record Message(string Gateway, string Topic, byte[] Payload, RefusalReason Reason, ushort PacketId)
    {
        public string Text => Encoding.UTF8.GetString(Payload);
    }

    private sealed class FakeLane : IntakeLane
    {
        private readonly FakeIntake intake;
        private readonly IMessageSource source;
        private readonly SemaphoreSlim credit = new(BatchesPerLane);
        private readonly ConcurrentBag<MessageBatch> idle = [];
        private volatile bool isClosed;

        public FakeLane(FakeIntake intake, IMessageSource source)
        {
            this.intake = intake;
            this.source = source;
        }

        public override async ValueTask<MessageBatch> RentAsync(CancellationToken cancellationToken)
        {
            await credit.WaitAsync(cancellationToken);
            if (!idle.TryTake(out var batch))
            {
                batch = new MessageBatch(new MessageDecoder(intake.register));
            }

            batch.Reset(new MessageContext(source.Gateway, intake.time.GetUtcNow().ToUnixTimeMilliseconds() * 1000));
            return batch;
        }

        public override ValueTask TurnAsync(CancellationToken cancellationToken) =>
            intake.gathering is { } gathering ? new LaneTurn(gathering).WaitAsync(cancellationToken) : default;

        public override void Submit(MessageBatch batch)
        {
            if (batch.Count == 0)
            {
                GiveBack(batch);
                return;
            }

            Interlocked.Increment(ref intake.batches);

            Interlocked.Add(ref intake.count, batch.Count);
            if (intake.IsRecording)
            {
                Record(batch);
            }

            intake.submitted.Writer.TryWrite((this, batch));
        }

        public override void Dispose() => isClosed = true;

        internal void Release(MessageBatch batch)
        {
            if (!isClosed)
            {
                source.OnDurable(batch);
            }

            GiveBack(batch);
        }

        private void GiveBack(MessageBatch batch)
        {
            idle.Add(batch);
            credit.Release();
        }

        private void Record(MessageBatch batch)
        {
            var records = batch.Records;
            foreach (var outcome in batch.Outcomes)
            {
                int topic = BinaryPrimitives.ReadUInt16LittleEndian(records[2..]);
                var payload = BinaryPrimitives.ReadInt32LittleEndian(records[4..]);
                intake.Messages.Enqueue(new Message(
                    source.Gateway, Encoding.UTF8.GetString(records.Slice(8, topic)), records.Slice(8 + topic, payload).ToArray(),
                    outcome.Reason, outcome.PacketId));
                records = records[(8 + topic + payload)..];
            }
        }
    }
}
