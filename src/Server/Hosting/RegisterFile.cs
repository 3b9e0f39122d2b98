using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>The device register as the server starts with it, set-points of territories and owner units worked in.</summary>
internal static class RegisterFile
{
    /// <exception cref="ServerStartException">A file cannot be read or has errors.</exception>
    public static DeviceRegister Load(ServerOptions options, Catalog catalog, ILogger logger)
    {
        var register = new DeviceRegister(catalog, options.Intake.UnregisteredDevices);
        if (options.Register.Length == 0)
        {
            return register;
        }

        var setPoints = options.SetPoints.Length == 0 ? null : ReadSetPoints(options.SetPoints);
        var devices = Read("device register", options.Register, reader => new RegisterCsv(catalog).Read(reader, options.Register));
        Require("device register", devices.Errors);
        devices.AddTo(register, setPoints);
        if (setPoints is not null && string.Join(", ", setPoints.Unused.Take(10)) is { Length: > 0 } unused)
        {
            ServerLog.UnusedSetPoints(logger, options.SetPoints, unused);
        }

        return register;
    }

    private static SharedSetPoints ReadSetPoints(string file)
    {
        var result = Read("file of set-points", file, reader => SetPointsCsv.Read(reader, file));
        Require("file of set-points", result.Errors);
        return result.SetPoints!;
    }

    private static T Read<T>(string what, string file, Func<TextReader, T> read)
    {
        try
        {
            using var reader = File.OpenText(file);
            return read(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"The {what} cannot be read: {e.Message}", e);
        }
    }

    private static void Require(string what, IReadOnlyList<RegisterFileError> errors)
    {
        if (errors.Count > 0)
        {
            throw new ServerStartException($"The {what} has errors:\n" + string.Join('\n', errors));
        }
    }
}
