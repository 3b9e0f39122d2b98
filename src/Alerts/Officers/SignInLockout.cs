namespace PingAnIoT.Alerts;

/// <summary>
/// Failed sign-ins by name and by address. After a few, further tries are refused unheard for a time that doubles. Kept on disk, so that a restart
/// forgives nothing. A name that nobody has counts like any other: the answer never tells.
/// </summary>
internal sealed class SignInLockout(SecretStore store, TimeProvider time)
{
    public const int FailuresAllowed = 5;
    public const int FailuresAllowedPerAddress = 20;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Forgiven = TimeSpan.FromHours(1);

    /// <returns>How long it stays locked; zero when it is not.</returns>
    public TimeSpan LockedFor(string name, string address)
    {
        var now = Micros.Now(time);
        var left = Math.Max(Left(Name(name), now), Left(Address(address), now));
        return TimeSpan.FromMicroseconds(left);
    }

    public void Failed(string name, string address)
    {
        var now = Micros.Now(time);
        Fail(Name(name), FailuresAllowed, now);
        Fail(Address(address), FailuresAllowedPerAddress, now);
    }

    public void Succeeded(string name) => store.Forget(Name(name));

    private static string Name(string name) => "name/" + name;

    private static string Address(string address) => "address/" + address;

    /// <summary>Never more than the longest lock, whatever the clock was set to meanwhile.</summary>
    private long Left(string key, long now) =>
        store.FindFailures(key) is { } row ? Math.Clamp(row.LockedUntilMicros - now, 0, (long)Longest.TotalMicroseconds) : 0;

    private void Fail(string key, int allowed, long now)
    {
        var before = store.FindFailures(key);
        var count = before is null || now - before.LastMicros > Forgiven.TotalMicroseconds ? 1 : before.Count + 1;
        var until = now;
        if (count >= allowed)
        {
            until += (long)Math.Min(Longest.TotalMicroseconds, 1_000_000L << Math.Min(count - allowed, 20));
        }

        store.PutFailures(key, new SignInFailures(Math.Min(count, 1_000_000), now, until));
    }
}
