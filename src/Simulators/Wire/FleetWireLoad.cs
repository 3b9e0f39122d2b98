namespace PingAnIoT.Simulators;

/// <summary>How fast a fleet's time goes, and what is said of it on the wire.</summary>
public sealed record FleetPace
{
    /// <summary>Fleet seconds in a second; 1 is real time, <see cref="double.PositiveInfinity"/> is as fast as messages are acknowledged.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Unix seconds at which the fleet's time begins; what was due before is late from the start.</summary>
    public required double FromSeconds { get; init; }

    /// <summary>
    /// In real time: the fleet's clock is the machine's. The fleet begins when the machine's clock reaches <see cref="FromSeconds"/>; begun later, it has to catch up.
    /// </summary>
    public bool FollowsClock { get; init; }

    /// <summary>Messages from here on are not sent.</summary>
    public double UntilSeconds { get; init; } = double.PositiveInfinity;

    /// <summary>As fast as acknowledged: how far a gateway may be ahead of the slowest, seconds of the fleet's time.</summary>
    public double LeadSeconds { get; init; } = 60;

    /// <summary>0 or 1.</summary>
    public int Qos { get; init; } = 1;

    /// <summary>Whether a gateway whose link goes down says DISCONNECT first; a real one does not, and the server sends its will.</summary>
    public bool IsPolite { get; init; }
}

/// <summary>
/// Plays what a fleet's gateways say over their connections, each message at its time. One that is due and does not fit its connection's window
/// waits there, and its latency counts from when it was due. A gateway whose link is down has no connection.
/// Threading: owned by the fleet's thread; <see cref="Begin"/>, <see cref="Stop"/> and the counts are for any.
/// </summary>
public sealed class FleetWireLoad : IWireLoad
{
    private const int MostPerTurn = 256;
    private const int OrdinalBits = 44;

    /// <summary>Fleet seconds between two looks at whose link is up, where that is not more than 40 looks a second.</summary>
    private const double LinkLookSeconds = 0.5;
    private readonly IFleetSource source;
    private readonly FleetPace pace;
    private readonly TimeProvider time;
    private readonly Gateway[] gateways;
    private volatile bool isBegun;
    private volatile bool isStopped;
    private long startTimestamp;
    private long lookAt;
    private double horizon;
    private double delay;
    private int behind;
    private int ended;
    private int largest = 256;
    private long readings;
    private long readingsAcknowledged;

    /// <param name="source">What they say.</param>
    /// <param name="clients">One for each gateway, by its number.</param>
    /// <param name="pace">How fast.</param>
    /// <param name="time">The same as the fleet's.</param>
    public FleetWireLoad(IFleetSource source, IReadOnlyList<WireClient> clients, FleetPace pace, TimeProvider time)
    {
        (this.source, this.pace, this.time) = (source, pace, time);
        gateways = new Gateway[clients.Count];
        for (var i = 0; i < gateways.Length; i++)
        {
            gateways[i] = new Gateway(i, clients[i]);
            clients[i].Load = gateways[i];
            clients[i].Acknowledged = Settle;
        }
    }

    /// <summary>Called for each acknowledgement: gateway, ordinal of the message there from 0, reason code. On the fleet's thread.</summary>
    public Action<int, long, byte>? Acknowledged { get; init; }

    /// <summary>Nothing more is to be sent; acknowledgements may still be under way.</summary>
    public bool IsDone => isStopped || Volatile.Read(ref ended) == gateways.Length;

    /// <summary>The fleet's time, Unix seconds.</summary>
    public double FleetSeconds => IsJumping ? Volatile.Read(ref horizon) : !isBegun ? pace.FromSeconds : SecondsAt(time.GetTimestamp());

    /// <summary>How long the gateway that is furthest behind has had something to say, fleet seconds, as of the last look at the links; 0 as fast as acknowledged.</summary>
    public double DelaySeconds => Volatile.Read(ref delay);

    /// <summary>In the messages published so far.</summary>
    public long Readings => Volatile.Read(ref readings);

    /// <summary>In the messages acknowledged with yes.</summary>
    public long ReadingsAcknowledged => Volatile.Read(ref readingsAcknowledged);

    private bool IsJumping => double.IsPositiveInfinity(pace.Speed);

    /// <summary>False while the machine's clock has not reached the fleet's beginning.</summary>
    public bool IsDue => SecondsToBegin <= 0;

    private double SecondsToBegin => pace.FollowsClock ? pace.FromSeconds - (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds : 0;

    /// <summary>Which messages of a gateway were published and acknowledged. Read it once the fleet has stopped.</summary>
    public WireProgress Progress(int gateway) => gateways[gateway].Progress;

    /// <summary>The fleet's time begins; until then connections are made and nothing is sent.</summary>
    public void Begin()
    {
        startTimestamp = time.GetTimestamp() + (long)(SecondsToBegin * time.TimestampFrequency);
        isBegun = true;
    }

    /// <summary>Nothing new from here on.</summary>
    public void Stop() => isStopped = true;

    public long Tick(long now)
    {
        if (!isBegun)
        {
            return now + (time.TimestampFrequency / 200);
        }

        if (lookAt == 0)
        {
            horizon = pace.FromSeconds;
            Array.ForEach(gateways, g => g.Client.Wake());
        }

        LookAtLinks(now);
        if (IsJumping && behind == 0)
        {
            Jump();
        }

        lookAt = now + (long)(time.TimestampFrequency * LinkLookSeconds / Math.Clamp(IsJumping ? 20 : pace.Speed, 0.5, 20));
        return lookAt;
    }

    public long Fill(WireClient client, long now)
    {
        var gateway = (Gateway)client.Load!;
        if (!isBegun || isStopped)
        {
            return long.MaxValue;
        }

        if (!gateway.IsUp)
        {
            if (client.IsOpen)
            {
                client.Hold(pace.IsPolite);
            }

            return long.MaxValue;
        }

        if (client.IsHeld)
        {
            client.Resume();
            return long.MaxValue;
        }

        var due = Publish(gateway, client, now);
        if (due == long.MaxValue && IsJumping && behind == 0)
        {
            Jump();
        }

        return due;
    }

    private void Published(Gateway gateway, long tag)
    {
        gateway.Progress.Publish();
        readings += tag >> OrdinalBits;
    }

    /// <returns>When the next is due; <see cref="long.MaxValue"/> when an acknowledgement or the fleet's time has to come first.</returns>
    private long Publish(Gateway gateway, WireClient client, long now)
    {
        var until = IsJumping ? Math.Min(horizon, pace.UntilSeconds) : pace.UntilSeconds;
        var seconds = IsJumping ? horizon : SecondsAt(now);
        for (var i = 0; i < MostPerTurn; i++)
        {
            if (gateway.Waiting is { } waiting)
            {
                if (!gateway.TryPublishWaiting(pace.Qos))
                {
                    return long.MaxValue;
                }

                Published(gateway, waiting.Tag);
                continue;
            }

            var next = source.NextSeconds(gateway.Number);
            if (next >= until || next > seconds)
            {
                return Rest(gateway, next);
            }

            if (!client.HasRoom(largest))
            {
                return long.MaxValue;
            }

            Take(gateway, client, now);
        }

        return now;
    }

    private void Take(Gateway gateway, WireClient client, long now)
    {
        var message = source.Take(gateway.Number);
        if (message.TopicUtf8.IsEmpty)
        {
            return;
        }

        var since = IsJumping ? now : Math.Min(now, TimestampOf(message.SendSeconds));
        var tag = gateway.Progress.Published | ((long)message.Readings << OrdinalBits);
        if (client.TryPublish(message.TopicUtf8, message.Payload, pace.Qos, tag, since))
        {
            Published(gateway, tag);
        }
        else
        {
            gateway.Keep(message, tag, since);
        }

        largest = Math.Max(largest, WireFrames.PublishLength(client.Options.Version, message.TopicUtf8.Length, message.Payload.Length, pace.Qos));
    }

    private long Rest(Gateway gateway, double next)
    {
        if (next >= pace.UntilSeconds)
        {
            End(gateway);
        }

        SetBehind(gateway, isBehind: false);
        return IsJumping || gateway.IsEnded ? long.MaxValue : TimestampOf(next);
    }

    /// <summary>Fleet time jumps to where the next gateway has something to say, and goes on from there by the lead.</summary>
    private void Jump()
    {
        var first = double.PositiveInfinity;
        foreach (var gateway in gateways)
        {
            if (gateway.IsUp && !gateway.IsEnded)
            {
                first = Math.Min(first, source.NextSeconds(gateway.Number));
            }
        }

        if (ended == gateways.Length)
        {
            return;
        }

        Volatile.Write(ref horizon, (double.IsFinite(first) ? Math.Max(first, horizon) : horizon) + pace.LeadSeconds);
        foreach (var gateway in gateways)
        {
            var isUp = source.IsUp(gateway.Number, horizon);
            if (isUp != gateway.IsUp || (isUp && !gateway.IsEnded))
            {
                gateway.IsUp = isUp;
                SetBehind(gateway, isUp && !gateway.IsEnded);
                gateway.Client.Wake();
            }
        }
    }

    private void LookAtLinks(long now)
    {
        var seconds = IsJumping ? horizon : SecondsAt(now);
        var longest = 0.0;
        foreach (var gateway in gateways)
        {
            var isUp = source.IsUp(gateway.Number, seconds);
            if (isUp != gateway.IsUp)
            {
                gateway.IsUp = isUp;
                gateway.Client.Wake();
                if (!isUp)
                {
                    SetBehind(gateway, isBehind: false);
                }
            }

            if (!isUp && seconds >= pace.UntilSeconds)
            {
                End(gateway);
            }

            if (isUp && !IsJumping && !gateway.IsEnded)
            {
                longest = Math.Max(longest, seconds - source.NextSeconds(gateway.Number));
            }
        }

        Volatile.Write(ref delay, longest);
    }

    private void End(Gateway gateway)
    {
        Volatile.Write(ref ended, ended + (gateway.IsEnded ? 0 : 1));
        gateway.IsEnded = true;
    }

    private void SetBehind(Gateway gateway, bool isBehind)
    {
        behind += (isBehind ? 1 : 0) - (gateway.IsBehind ? 1 : 0);
        gateway.IsBehind = isBehind;
    }

    private void Settle(WireClient client, long tag, byte reason)
    {
        var gateway = (Gateway)client.Load!;
        var ordinal = tag & ((1L << OrdinalBits) - 1);
        gateway.Progress.Settle(ordinal, isAccepted: reason < 0x80);
        readingsAcknowledged += reason < 0x80 ? tag >> OrdinalBits : 0;
        Acknowledged?.Invoke(gateway.Number, ordinal, reason);
    }

    private double SecondsAt(long timestamp) => pace.FromSeconds + ((timestamp - startTimestamp) * pace.Speed / time.TimestampFrequency);

    private long TimestampOf(double seconds) => startTimestamp + (long)Math.Min((seconds - pace.FromSeconds) / pace.Speed * time.TimestampFrequency, long.MaxValue / 2);

    /// <summary>A gateway as the wire sees it.</summary>
    private sealed class Gateway(int number, WireClient client)
    {
        public int Number => number;

        public WireClient Client => client;

        public WireProgress Progress { get; } = new();

        public bool IsUp { get; set; } = true;

        public bool IsBehind { get; set; }

        public bool IsEnded { get; set; }

        /// <summary>A message that turned out larger than the room there was; null for none.</summary>
        public (byte[] Topic, byte[] Payload, long Tag, long Since)? Waiting { get; private set; }

        public void Keep(FleetMessage message, long tag, long since) => Waiting = (message.TopicUtf8.ToArray(), message.Payload.ToArray(), tag, since);

        public bool TryPublishWaiting(int qos)
        {
            var (topic, payload, tag, since) = Waiting!.Value;
            if (!client.TryPublish(topic, payload, qos, tag, since))
            {
                return false;
            }

            Waiting = null;
            return true;
        }
    }
}
