namespace PingAnIoT.Simulators;

/// <summary>What can go wrong with a simulated device.</summary>
public enum FaultKind
{
    /// <summary>Gas pressure a little above its set-point.</summary>
    RaisedPressure,

    /// <summary>Gas pressure far above its set-point: a regulator has failed.</summary>
    OverPressure,

    /// <summary>A seep that fills a well slowly.</summary>
    SlowLeak,

    /// <summary>Methane beyond the lower alarm limits at once.</summary>
    GasBurst,

    /// <summary>A person is shut in between floors.</summary>
    Entrapment,

    /// <summary>Faster than the governor lets it.</summary>
    Overspeed,

    /// <summary>Worn guide: the car shakes.</summary>
    Shaking,

    /// <summary>Smoke rises over a minute, then heat.</summary>
    Smouldering,

    /// <summary>Smoke and heat at once.</summary>
    FastFire,

    /// <summary>The detector's own battery runs out.</summary>
    BatteryLow,

    /// <summary>A battery under charge heats up: thermal runaway begins.</summary>
    Overheating,

    /// <summary>Current through the wrong conductor.</summary>
    LeakageCurrent,
}

/// <summary>One fault of one device.</summary>
/// <param name="Kind">What.</param>
/// <param name="StartSeconds">When it begins, Unix time.</param>
/// <param name="EndSeconds">When it is repaired, Unix time.</param>
public sealed record Fault(FaultKind Kind, double StartSeconds, double EndSeconds)
{
    /// <summary>Seconds since it began, or -1 outside of it.</summary>
    public double Age(double now) => now >= StartSeconds && now < EndSeconds ? now - StartSeconds : -1;
}
