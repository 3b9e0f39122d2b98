using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The device register as the server starts with it.</summary>
internal static class RegisterFile
{
    /// <exception cref="ServerStartException">The file cannot be read or has errors.</exception>
    public static DeviceRegister Load(ServerOptions options, Catalog catalog) => new(catalog, options.Intake.UnregisteredDevices);
}
