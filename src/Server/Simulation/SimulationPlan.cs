using PingAnIoT.Rules;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>What a fleet has to do with a server: how it would be registered, and what every run knows of it.</summary>
internal static class SimulationPlan
{
    /// <summary>The register as the server would have read it from the fleet's file.</summary>
    /// <exception cref="InvalidDataException">The file would be refused; the message says why.</exception>
    public static DeviceRegister RegisterOf(Fleet fleet)
    {
        using var text = new StringWriter();
        FleetRegister.WriteCsv(fleet, text);
        using var reader = new StringReader(text.ToString());
        var result = new RegisterCsv(Catalog.Default).Read(reader, fleet.Shape.Name);
        if (!result.IsValid)
        {
            throw new InvalidDataException(string.Join(Environment.NewLine, result.Errors));
        }

        var register = new DeviceRegister(Catalog.Default);
        result.AddTo(register);
        return register;
    }

    /// <summary>What every run of a plan knows.</summary>
    public static RunFacts Facts(TruthPlan plan) => new()
    {
        Name = plan.Fleet.Shape.Name, Seed = plan.Fleet.Seed, Devices = plan.Fleet.Devices, FromSeconds = plan.From, UntilSeconds = plan.To,
    };
}
