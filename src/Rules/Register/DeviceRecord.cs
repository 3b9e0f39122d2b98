using System.Collections.ObjectModel;

namespace PingAnIoT.Rules;

/// <summary>What the register knows of a device. Immutable; a change is a new record under the same index.</summary>
public sealed record DeviceRecord
{
    /// <summary>Name, unique within its kind: 1 to 64 bytes of <c>[A-Za-z0-9._-]</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Index of the kind in the <see cref="Catalog"/>.</summary>
    public required int Kind { get; init; }

    /// <summary>The gateways whose credentials may publish for it, the main one first. An unregistered device has the one that first spoke for it.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];

    /// <summary>Codes from district down to grid, joined by '/', e.g. <c>d01/s03/c07/g0112</c>; empty when not known.</summary>
    public string Territory { get; init; } = "";

    public double Latitude { get; init; }

    public double Longitude { get; init; }

    public string Address { get; init; } = "";

    public string OwnerUnit { get; init; } = "";

    /// <summary>True for a device that published before anyone registered it. It is watched all the same.</summary>
    public bool IsUnregistered { get; init; }

    /// <summary>True for a device that is no more: what was known of it is given up at the next start, and nothing it sends is judged.</summary>
    public bool IsRetired { get; init; }

    /// <summary>The thresholds that hold for this device, by set-point name as a rule names them: its own, or its territory's or owner unit's (<see cref="SharedSetPoints"/>).</summary>
    public IReadOnlyDictionary<string, double> SetPoints { get; init; } = ReadOnlyDictionary<string, double>.Empty;
}
