namespace PingAnIoT.Server;

/// <summary>A file that a verb was told to read.</summary>
internal static class InputFile
{
    /// <returns>Its text; null, with the reason told, when it cannot be read.</returns>
    public static string? Read(string file, TextWriter errors)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(e.Message);
            return null;
        }
    }
}
