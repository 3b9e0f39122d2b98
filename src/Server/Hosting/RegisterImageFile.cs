using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>An image of the register that is still to be written.</summary>
/// <param name="Path">Where it will be, when it is whole.</param>
/// <param name="Key">Of what it was made of.</param>
/// <param name="Table">The register.</param>
/// <param name="Notes">What the files had to say besides.</param>
internal sealed record RegisterImageFile(string Path, byte[] Key, RegisterTable Table, string Notes)
{
    private const int BufferBytes = 1024 * 1024;

    /// <summary>A disk that will not take it costs the next start a while, and nothing else.</summary>
    public void Save(ILogger logger)
    {
        var unfinished = Path + ".new";
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
            {
                RegisterImage.Write(stream, Key, Table, Notes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ServerLog.RegisterImageNotWritten(logger, e, Path);
        }
    }
}
