using System.Net;
using System.Net.Sockets;

namespace PingAnIoT.Alerts;

/// <summary>
/// Failed sign-ins: by name and address together, by address, and, of addresses that have never signed in well for the name, by name. After a
/// few, further tries are refused unheard for a time that doubles. So a stranger who guesses at a name locks out himself, in the end every address
/// that is new to the name, and never the officer at the usual place. Kept on disk, so that a restart forgives nothing. A name that nobody has
/// counts like any other: the answer never tells.
/// </summary>
internal sealed class SignInLockout(SecretStore store, TimeProvider time)
{
    public const int FailuresAllowed = 5;
    public const int FailuresAllowedPerName = 20;
    public const int FailuresAllowedPerAddress = 20;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Forgiven = TimeSpan.FromHours(1);

    /// <summary>How long an address is remembered that has signed in well.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(90);

    /// <returns>How long it stays locked; zero when it is not.</returns>
    public TimeSpan LockedFor(string name, string address)
    {
        var now = Micros.Now(time);
        var place = PlaceOf(address);
        var left = Math.Max(Left(Pair(name, place), now), Left(Address(place), now));
        if (!IsKnown(name, place, now))
        {
            left = Math.Max(left, Left(Name(name), now));
        }

        return TimeSpan.FromMicroseconds(left);
    }

    public void Failed(string name, string address)
    {
        var now = Micros.Now(time);
        var place = PlaceOf(address);
        Fail(Pair(name, place), FailuresAllowed, now);
        Fail(Address(place), FailuresAllowedPerAddress, now);
        if (!IsKnown(name, place, now))
        {
            Fail(Name(name), FailuresAllowedPerName, now);
        }
    }

    /// <summary>The address is known for the name from now on. What strangers have tried is not forgiven to them by it.</summary>
    public void Succeeded(string name, string address)
    {
        var place = PlaceOf(address);
        store.Forget(Pair(name, place));
        store.Remember(name, place, Micros.Now(time));
    }

    /// <summary>There is a new password: what was tried against the old one counts no more, and who knew it is no longer known.</summary>
    public void Renewed(string name)
    {
        store.Forget(Name(name));
        store.ForgetPairs(name);
        store.ForgetPlaces(name);
    }

    /// <summary>An address as it is counted: of IPv6 the half that a household or an office is given.</summary>
    internal static string PlaceOf(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed))
        {
            return address;
        }

        if (parsed.IsIPv4MappedToIPv6)
        {
            return parsed.MapToIPv4().ToString();
        }

        if (parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return parsed.ToString();
        }

        var bytes = parsed.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }

    private bool IsKnown(string name, string place, long now) =>
        store.FindPlace(name, place) is { } last && now - last < Remembered.TotalMicroseconds;

    private static string Name(string name) => "name/" + name;

    private static string Address(string place) => "address/" + place;

    private static string Pair(string name, string place) => $"pair/{place}/{name}";

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
