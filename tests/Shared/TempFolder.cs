namespace PingAnIoT;

/// <summary>A folder of a test's own under the temporary folder, which goes with it however it ends.</summary>
/// <param name="name">A word that tells whose it is.</param>
internal sealed class TempFolder(string name) : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory($"pingan-{name}-").FullName;

    public string PathOf(string file) => Path.Combine(FullName, file);

    /// <returns>The file's path.</returns>
    public string Write(string file, string? text)
    {
        File.WriteAllText(PathOf(file), text);
        return PathOf(file);
    }

    public void Dispose()
    {
        if (Directory.Exists(FullName))
        {
            Directory.Delete(FullName, recursive: true);
        }
    }
}
