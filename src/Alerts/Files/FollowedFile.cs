namespace PingAnIoT.Alerts;

/// <summary>
/// A file that is in force, followed as it changes: looked at each second, and one with errors, or gone, leaves the old one live.
/// Edge cases: a change is said once, taken or refused; one that comes while the last is still being put in force is taken at a later look. What cannot
/// be read or put in force for now, as while another holds the file, is tried again at each look.
/// Threading: <see cref="Current"/> may be read from any thread; looks happen one at a time.
/// </summary>
public sealed class FollowedFile<T> : IAsyncDisposable
    where T : class
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly string path;
    private readonly long sizeLimitBytes;
    private readonly Func<string, (T? Value, string Errors)> parse;
    private volatile T current;
    private (DateTime Written, long Length) seen;
    private ITimer? timer;
    private (DateTime Written, long Length) tried;
    private bool isInForce;
    private string? said;
    private int looking;

    /// <summary>Reads it once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sizeLimitBytes">A larger one is refused unread.</param>
    /// <param name="parse">From its text; the errors are said as they are, a line each.</param>
    /// <exception cref="FormatException">The file has errors: a server does not start on them.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FollowedFile(string path, long sizeLimitBytes, Func<string, (T? Value, string Errors)> parse)
    {
        this.path = path;
        this.sizeLimitBytes = sizeLimitBytes;
        this.parse = parse;
        seen = Stamp();
        current = Read();
    }

    public T Current => current;

    /// <summary>From now on it is looked at.</summary>
    /// <param name="clock">Tells when.</param>
    /// <param name="taken">Puts one in force, the first one included; <see cref="Current"/> is a new one once that is done.</param>
    /// <param name="refused">Told why a new one is not taken.</param>
    public void Follow(TimeProvider clock, Func<T, Task> taken, Action<string> refused)
    {
        _ = LookAsync(taken, refused);
        timer = clock.CreateTimer(_ => _ = LookAsync(taken, refused), null, LookEvery, LookEvery);
    }

    public ValueTask DisposeAsync() => timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task LookAsync(Func<T, Task> taken, Action<string> refused)
    {
        if (Interlocked.Exchange(ref looking, 1) != 0)
        {
            return;
        }

        try
        {
            await LookAsync(taken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Whatever it is: nobody waits for a look, and what is not said here is said nowhere.
            Say(failure is IOException or UnauthorizedAccessException or FormatException or ObjectDisposedException
                ? failure.Message : $"{failure.GetType().Name}: {failure.Message}", refused);
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }

    private async Task LookAsync(Func<T, Task> taken)
    {
        var now = Stamp();
        if (now != tried)
        {
            (tried, said) = (now, null);
        }

        if (now == seen && isInForce)
        {
            return;
        }

        var next = now == seen ? current : Next(now);
        await taken(next).ConfigureAwait(false);
        (current, seen, isInForce, said) = (next, now, true, null);
    }

    /// <summary>One with errors, or gone, stays as it is until it is written anew; what cannot be read now may be at the next look.</summary>
    private T Next((DateTime Written, long Length) now)
    {
        try
        {
            return Read();
        }
        catch (Exception failure) when (failure is FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            seen = now;
            throw;
        }
    }

    /// <summary>Once, however often it is tried.</summary>
    private void Say(string why, Action<string> refused)
    {
        if (why != said)
        {
            said = why;
            refused(why);
        }
    }

    private (DateTime Written, long Length) Stamp()
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private T Read()
    {
        if (new FileInfo(path) is { Exists: true } file && file.Length > sizeLimitBytes)
        {
            throw new FormatException($"{path}: more than {sizeLimitBytes} bytes");
        }

        var (value, errors) = parse(File.ReadAllText(path));
        return value ?? throw new FormatException(errors);
    }
}
