using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>A device under one rule, and a block of its readings, one a second, that is given again and again, each time later.</summary>
internal sealed class MicroSeries
{
    /// <summary>Readings of a block.</summary>
    public const int Readings = 1_000;

    private const long EveryMicros = 1_000_000;
    private readonly Reading[] block = new Reading[Readings];
    private readonly Engine engine;
    private long now = 1_760_000_000_000_000;

    /// <param name="rule">Of a gas pipe's methane, without its head and foot, in YAML's flow style.</param>
    /// <param name="value">By the place in the block.</param>
    public MicroSeries(string rule, Func<int, double> value)
    {
        var register = new DeviceRegister(Catalog.Default);
        register.Register(new DeviceRecord { Device = "p1", Kind = 0, Gateways = ["gw1"], Territory = "d01/s01/c01/g01" });
        var rules = Workload.Parse($"rules: [{{ id: micro, title: {{ zh: 试, en: Test }}, kind: gas-pipe, {rule}, basis: site }}]", Catalog.Default);
        engine = new Engine(register, rules, new EngineOptions(), _ => Transitions++);
        var quantity = (ushort)Catalog.Default.Kinds[0].FindQuantity("methane"u8);
        for (var i = 0; i < Readings; i++)
        {
            block[i] = new Reading(0, quantity, ReadingFlags.None, 0, 0, value(i));
        }

        // The windows are full from here on.
        Judge();
        Transitions = 0;
    }

    public long Transitions { get; private set; }

    public void Judge()
    {
        for (var i = 0; i < block.Length; i++)
        {
            now += EveryMicros;
            block[i] = block[i] with { EventTimeMicros = now, ReceiveTimeMicros = now };
        }

        engine.Apply(block, 0);
    }
}
