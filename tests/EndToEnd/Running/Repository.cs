namespace PingAnIoT.EndToEnd;

/// <summary>Where the sources are, found from where the tests run.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "PingAnIoT.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("the tests have to run inside a clone: no PingAnIoT.sln above " + AppContext.BaseDirectory);
    }
}
