namespace PingAnIoT.Simulators;

/// <summary>How a fleet is played.</summary>
public sealed record FleetSourceOptions
{
    public PayloadForm Form { get; init; } = PayloadForm.Mixed;

    /// <summary>Readings in a full pack; 1 to 10,000.</summary>
    public int PackReadings { get; init; } = 100;

    /// <summary>A pack holds reports of at most so long, and is sent with the last.</summary>
    public double PackSeconds { get; init; } = 1;

    /// <summary>Messages that a gateway stores in one gap of its link; what comes after is lost.</summary>
    public int StoreMessages { get; init; } = 1_000_000;

    /// <summary>Milliseconds between two stored messages once the link is back.</summary>
    public int BacklogGapMillis { get; init; } = 1;
}

/// <summary>
/// What the gateways of a fleet publish, from a plan of who ails when. Same fleet, plan and options: same bytes, whatever the pace. Threading: owned by
/// one thread; several sources of the same plan do not disturb each other.
/// </summary>
public sealed class FleetSource : IFleetSource
{
    private readonly TruthPlan plan;
    private readonly FleetSourceOptions options;
    private readonly PayloadWriter writer;
    private readonly GatewayStream[] streams;
    private readonly Pack[] packs;

    /// <summary>Plays the stretch of time that the plan is for.</summary>
    public FleetSource(TruthPlan plan, FleetSourceOptions? options = null)
    {
        this.plan = plan;
        this.options = options ?? new FleetSourceOptions();
        writer = new PayloadWriter(plan.Fleet, plan);
        var calendar = plan.Fleet.Calendar;
        var (from, to) = ((long)(plan.From * 1000), (long)(plan.To * 1000));
        var windows = Windows(from, to).ToLookup(w => plan.Fleet.GatewayOf(w.Device));
        streams = new GatewayStream[plan.Fleet.Gateways.Length];
        for (var g = 0; g < streams.Length; g++)
        {
            var reports = new ReportStream(calendar, plan, new ExceptionWatch(plan, windows[g], from), g, from, to);
            streams[g] = new GatewayStream(plan, reports, g, this.options);
        }

        packs = [.. streams.Select(_ => new Pack())];
    }

    /// <summary>Readings that never left: the gateway was off, or its store full.</summary>
    public long LostReadings => streams.Sum(s => s.Lost);

    public double NextSeconds(int gateway)
    {
        var millis = IsPacks ? Collect(gateway).SendMillis : streams[gateway].NextSend;
        return millis == long.MaxValue ? double.PositiveInfinity : millis / 1000.0;
    }

    public FleetMessage Take(int gateway)
    {
        if (IsPacks)
        {
            return TakePack(gateway);
        }

        var stream = streams[gateway];
        var send = stream.NextSend;
        if (send == long.MaxValue)
        {
            throw new InvalidOperationException("The gateway has nothing more to say.");
        }

        var readings = writer.WriteOne(gateway, stream.Peek(), FormOf(gateway));
        stream.Take();
        return Message(gateway, send, readings);
    }

    public bool IsUp(int gateway, double time) => plan.Links.IsUp(gateway, (long)(time * 1000));

    private bool IsPacks => options.Form is PayloadForm.Packs or PayloadForm.CborPacks;

    private PayloadForm FormOf(int gateway) => options.Form != PayloadForm.Mixed ? options.Form : (gateway % 4) switch
    {
        2 => PayloadForm.Senml,
        3 => PayloadForm.Cbor,
        _ => PayloadForm.Plain,
    };

    private FleetMessage Message(int gateway, long send, int readings) => new()
    {
        Gateway = gateway, SendSeconds = send / 1000.0, TopicUtf8 = writer.Topic, Payload = writer.Payload, Readings = readings,
    };

    private FleetMessage TakePack(int gateway)
    {
        var pack = Collect(gateway);
        if (pack.SendMillis == long.MaxValue)
        {
            throw new InvalidOperationException("The gateway has nothing more to say.");
        }

        writer.BeginPack(gateway, options.Form);
        var readings = 0;
        foreach (var report in pack.Reports)
        {
            readings += writer.AddToPack(gateway, report);
        }

        writer.EndPack();
        var send = pack.SendMillis;
        pack.Reports.Clear();
        return Message(gateway, send, readings);
    }

    /// <summary>Fills the gateway's next pack: until it is full, or its time is over.</summary>
    private Pack Collect(int gateway)
    {
        var (pack, stream) = (packs[gateway], streams[gateway]);
        if (pack.Reports.Count > 0)
        {
            return pack;
        }

        var (first, last, readings) = (stream.NextSend, stream.NextSend, 0);
        if (first == long.MaxValue)
        {
            pack.SendMillis = long.MaxValue;
            return pack;
        }

        var until = first + (long)(options.PackSeconds * 1000);
        while (readings < options.PackReadings && stream.NextSend is var send && send < until && plan.Links.IsUpThrough(gateway, first, send))
        {
            var report = stream.Peek();
            var more = report.Samples * plan.Fleet.PartOf(report.Device).Quantities;
            if (readings > 0 && readings + more > options.PackReadings)
            {
                break;
            }

            (readings, last) = (readings + more, send);
            pack.Reports.Add(report);
            stream.Take();
        }

        pack.SendMillis = last;
        return pack;
    }

    private IEnumerable<(long From, long To, int Device)> Windows(long from, long to)
    {
        foreach (var device in plan.Ailing)
        {
            foreach (var (begin, end) in plan.Watched(device))
            {
                yield return ((long)(begin * 1000), (long)(end * 1000), device);
            }
        }

        var first = 0;
        foreach (var share in plan.Fleet.Shape.Shares)
        {
            for (var i = 0; share.AlwaysWatches && i < share.Devices; i++)
            {
                yield return (from, to, first + i);
            }

            first += share.Devices;
        }
    }

    private sealed class Pack
    {
        public List<Report> Reports { get; } = [];

        public long SendMillis { get; set; }
    }
}
