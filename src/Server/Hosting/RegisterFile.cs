using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>
/// The device register as the server starts with it, set-points of territories and owner units worked in. The files are the truth; in the data folder
/// lies an image of what the last start read from them, which is taken when it was made of the very same bytes by the very same build.
/// </summary>
internal static class RegisterFile
{
    /// <summary>In the data folder. May be deleted at any time.</summary>
    public const string ImageName = "register.image";

    private const int BufferBytes = 1024 * 1024;

    /// <param name="options">Which files.</param>
    /// <param name="catalog">The kinds there are.</param>
    /// <param name="data">Folder of the image.</param>
    /// <param name="time">Tells how long it took.</param>
    /// <param name="logger">Told where the devices came from.</param>
    /// <exception cref="ServerStartException">A file cannot be read or has errors.</exception>
    public static LoadedRegister Load(ServerOptions options, Catalog catalog, string data, TimeProvider time, ILogger logger)
    {
        var began = time.GetTimestamp();
        if (options.Register.Length == 0)
        {
            return new LoadedRegister(NewRegister(options, catalog), null);
        }

        var image = Path.Combine(data, ImageName);
        var loaded = FromImage(options, catalog, image, logger);
        var source = loaded is null ? options.Register : image;
        loaded ??= FromFiles(options, catalog, image);
        if (loaded.UnusedSetPoints.Length > 0)
        {
            ServerLog.UnusedSetPoints(logger, options.SetPoints, loaded.UnusedSetPoints);
        }

        ServerLog.RegisterRead(logger, loaded.Register.Count, source, time.GetElapsedTime(began));
        return loaded;
    }

    private static DeviceRegister NewRegister(ServerOptions options, Catalog catalog) => new(catalog, options.Intake.UnregisteredDevices);

    /// <returns>Null when there is none, or it was made of other files, or it is damaged.</returns>
    private static LoadedRegister? FromImage(ServerOptions options, Catalog catalog, string image, ILogger logger)
    {
        if (!File.Exists(image))
        {
            return null;
        }

        // What the files are now is found out meanwhile.
        var now = Task.Run(() => KeyOf(catalog, HashOf("device register", options.Register), HashOf("file of set-points", options.SetPoints)));
        try
        {
            using var stream = new FileStream(image, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (RegisterImage.ReadKey(stream) is not { } key)
            {
                ServerLog.RegisterImageOld(logger, image);
                return null;
            }

            var register = NewRegister(options, catalog);
            var (table, notes) = RegisterImage.ReadRest(stream);
            register.Load(table);
            if (now.GetAwaiter().GetResult().AsSpan().SequenceEqual(key))
            {
                return new LoadedRegister(register, null) { UnusedSetPoints = notes };
            }

            ServerLog.RegisterImageOld(logger, image);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            ServerLog.RegisterImageDamaged(logger, e, image);
        }

        return null;
    }

    private static LoadedRegister FromFiles(ServerOptions options, Catalog catalog, string image)
    {
        var (setPoints, setPointsHash) = options.SetPoints.Length == 0
            ? (null, [])
            : Read("file of set-points", options.SetPoints, reader => SetPointsCsv.Read(reader, options.SetPoints));
        Require("file of set-points", setPoints?.Errors ?? []);
        var (devices, registerHash) = Read("device register", options.Register, reader => new RegisterCsv(catalog).Read(reader, options.Register));
        Require("device register", devices.Errors);
        var shared = setPoints?.SetPoints;
        var table = RegisterTable.Of(devices.Devices!.Select(d => shared?.Apply(d) ?? d));
        var register = NewRegister(options, catalog);
        register.Load(table);
        var unused = string.Join(", ", shared?.Unused.Take(10) ?? []);
        return new LoadedRegister(register, new RegisterImageFile(image, KeyOf(catalog, registerHash, setPointsHash), table, unused)) { UnusedSetPoints = unused };
    }

    /// <summary>Another build may read the same bytes otherwise.</summary>
    private static byte[] KeyOf(Catalog catalog, byte[] register, byte[] setPoints) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n',
        [
            typeof(DeviceRegister).Module.ModuleVersionId.ToString(), typeof(RegisterFile).Module.ModuleVersionId.ToString(),
            Convert.ToHexString(register), Convert.ToHexString(setPoints), .. catalog.Kinds.Select(k => k.Name),
        ])));

    private static byte[] HashOf(string what, string file) => file.Length == 0 ? [] : Read(what, file, _ => true).Hash;

    /// <returns>What was made of it, and the hash of all that is in it.</returns>
    private static (T Made, byte[] Hash) Read<T>(string what, string file, Func<TextReader, T> read)
    {
        try
        {
            using var stream = new HashedStream(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
            using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, BufferBytes);
            var made = read(reader);
            return (made, stream.HashToEnd(BufferBytes));
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

/// <summary>The register of a start.</summary>
/// <param name="Register">All devices of the files.</param>
/// <param name="Image">What the next start is to be left; null when it is there already.</param>
internal sealed record LoadedRegister(DeviceRegister Register, RegisterImageFile? Image)
{
    /// <summary>A few set-points of territories and owner units that no device has.</summary>
    public string UnusedSetPoints { get; init; } = "";
}
