using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The device register as the server starts with it.</summary>
internal static class RegisterFile
{
    /// <exception cref="ServerStartException">The file cannot be read or has errors.</exception>
    public static DeviceRegister Load(ServerOptions options, Catalog catalog)
    {
        var register = new DeviceRegister(catalog, options.Intake.UnregisteredDevices);
        if (options.Register.Length == 0)
        {
            return register;
        }

        try
        {
            using var reader = File.OpenText(options.Register);
            var result = new RegisterCsv(catalog).Read(reader, options.Register);
            if (!result.IsValid)
            {
                throw new ServerStartException("The device register has errors:\n" + string.Join('\n', result.Errors));
            }

            result.AddTo(register);
            return register;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"The device register cannot be read: {e.Message}", e);
        }
    }
}
