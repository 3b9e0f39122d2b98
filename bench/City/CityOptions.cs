using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>What is played, how fast, and what happens to the server.</summary>
internal sealed record CityOptions
{
    /// <summary>Ailments of so many devices for four hours at <see cref="UsualAcceleration"/> are squeezed into a run, however large the fleet.</summary>
    private const double AilingDevices = 10_000;

    private const double UsualAcceleration = 500;
    private const double UsualMinutes = 240;

    public required FleetShape Shape { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>By the fleet's clock.</summary>
    public double Minutes { get; init; } = 2;

    /// <summary>Fleet seconds in a second; infinite for as fast as acknowledged.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Readings in a pack; 0 for a message of each device.</summary>
    public int Packs { get; init; }

    /// <summary>Packs are SenML CBOR and not JSON.</summary>
    public bool IsCbor { get; init; }

    public bool Kills { get; init; } = true;

    public double Acceleration { get; init; }

    public double LinkAcceleration { get; init; } = 1;

    /// <summary>Where the server's data goes while it runs; null for the temporary folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Leaves every so manieth message out when the journal is read, to see that a loss would be noticed; 0 for none.</summary>
    public int ForgetEach { get; init; }

    public bool IsRealTime => Speed == 1;

    /// <summary>Null for the name that follows from the rest.</summary>
    public string? GivenName { get; init; }

    /// <summary>The result's file.</summary>
    public string Name => GivenName ?? "city-" + Shape.Name + (Packs > 0 ? IsCbor ? "-cbor" : "-packs" : "")
        + (IsRealTime || (Packs > 0 && double.IsPositiveInfinity(Speed)) ? "" : double.IsPositiveInfinity(Speed) ? "-fast" : FormattableString.Invariant($"-x{Speed}"));

    /// <returns>Null when the fleet is none that we know.</returns>
    public static CityOptions? Read(BenchArguments arguments)
    {
        if (FleetShape.Find(arguments.Text("fleet") ?? FleetShape.City.Name) is not { } shape)
        {
            return null;
        }

        var packs = arguments.Count("packs", 0);
        var speed = arguments.Number("speed", packs > 0 ? 0 : 1);
        var minutes = arguments.Number("minutes", 2);
        return new CityOptions
        {
            Shape = shape,
            Seed = (ulong)arguments.Number("seed", 1),
            Minutes = minutes,
            Speed = speed == 0 ? double.PositiveInfinity : speed,
            Packs = packs,
            IsCbor = arguments.Has("cbor"),
            GivenName = arguments.Text("as"),
            Kills = !arguments.Has("no-kill"),
            Acceleration = arguments.Number("acceleration", UsualAcceleration * Math.Max(1, UsualMinutes / minutes) * Math.Min(1, AilingDevices / shape.Devices)),
            LinkAcceleration = arguments.Number("link-acceleration", 1),
            ForgetEach = arguments.Count("forget-each", 0),
            Folder = arguments.Text("data"),
        };
    }

    /// <summary>Real time begins soon, by the machine's clock; what is faster ends by now, so that no reading is from the future.</summary>
    /// <param name="fleet">Who plays.</param>
    /// <param name="time">The machine's clock.</param>
    /// <param name="leadSeconds">How soon.</param>
    public TruthPlan Plan(Fleet fleet, TimeProvider time, double leadSeconds)
    {
        var now = Math.Ceiling(time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        var from = IsRealTime ? now + leadSeconds : now - (Minutes * 60);
        from = Math.Floor(from);
        var to = from + (Minutes * 60);
        if (Acceleration <= 0)
        {
            return TruthPlan.Healthy(fleet, from, to);
        }

        var margin = Minutes * 60 / 8;
        var year = new RandomYear { Seed = Seed, Acceleration = Acceleration, LinkAcceleration = LinkAcceleration, LeadInSeconds = margin, TailSeconds = margin };
        return TruthPlan.Random(fleet, year, from, to);
    }

    public FleetSourceOptions Source() => Packs > 0 ? new FleetSourceOptions { Form = IsCbor ? PayloadForm.CborPacks : PayloadForm.Packs, PackReadings = Packs } : new FleetSourceOptions();

    public FleetPace Pace(TruthPlan plan) => new() { FromSeconds = plan.From, UntilSeconds = plan.To, Speed = Speed, FollowsClock = IsRealTime };
}
