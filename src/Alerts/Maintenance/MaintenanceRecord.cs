using System.Text.Json.Serialization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>A planned time in which what happens in a scope is recorded and not told. What is monitored is monitored all the same.</summary>
public sealed record MaintenanceRecord
{
    /// <summary>The entry that planned it.</summary>
    public required long Id { get; init; }

    public required AlertScope Scope { get; init; }

    /// <summary>Server time, microseconds since 1970.</summary>
    public required long FromMicros { get; init; }

    /// <summary>The first moment that is told again.</summary>
    public required long ToMicros { get; init; }

    public required string Reason { get; init; }

    public required string By { get; init; }

    /// <summary>Red is to be held back, too: only once a second person has confirmed that.</summary>
    public bool AsksRed { get; init; }

    /// <summary>Who confirmed that red is held back; "" while nobody has.</summary>
    public string ConfirmedBy { get; init; } = "";

    /// <summary>Who ended it before its time; "" for nobody.</summary>
    public string EndedBy { get; init; } = "";

    /// <summary>When all that was still active had been told; 0 until then.</summary>
    public long EndedMicros { get; init; }

    [JsonIgnore]
    public bool IsOpen => EndedMicros == 0;

    [JsonIgnore]
    public bool HoldsRed => AsksRed && ConfirmedBy.Length > 0;

    public bool IsInForce(long nowMicros) => IsOpen && nowMicros >= FromMicros && nowMicros < ToMicros;

    public bool Holds(Severity colour) => colour != Severity.Red || HoldsRed;
}

/// <summary>The window that an entry, or an alert, came under.</summary>
/// <param name="Window">Its number.</param>
/// <param name="IsHeld">Its notice is held back; false for a red that went out all the same.</param>
public sealed record MaintenanceMark(long Window, bool IsHeld);

/// <summary>A window is over for one alert.</summary>
/// <param name="Window">Which.</param>
/// <param name="IsTold">It is still active, its notice was held back and goes out now.</param>
/// <param name="Next">Another window that it is under from here on; null for none.</param>
/// <param name="IsUntold">True where its notice was held back and never goes out, as it is normal now; else null.</param>
public sealed record MaintenanceOverFacts(long Window, bool IsTold, MaintenanceMark? Next, bool? IsUntold = null);
