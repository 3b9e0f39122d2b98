using System.Net;
using System.Net.Sockets;

namespace PingAnIoT.Ingest;

/// <summary>
/// Counts connections in all, per address, and per address not yet logged in; says no at the bounds.
/// Threading: any thread, one short lock.
/// </summary>
internal sealed class ConnectionGuard(EdgeOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, (int Open, int Pending)> addresses = [];
    private int open;

    /// <summary>Connections open now.</summary>
    public int Open
    {
        get
        {
            lock (gate)
            {
                return open;
            }
        }
    }

    /// <returns>Null when it may come in (then <see cref="Leave"/> must follow), else which bound it hit.</returns>
    public string? TryEnter(IPAddress? address)
    {
        var key = Key(address);
        lock (gate)
        {
            var (count, pending) = addresses.GetValueOrDefault(key);
            if (open >= options.ConnectionsMaximum)
            {
                return "too many connections";
            }

            if (count >= options.ConnectionsPerAddressMaximum)
            {
                return "too many connections of one address";
            }

            if (pending >= options.ConnectionsPendingPerAddressMaximum)
            {
                return "too many connections of one address not logged in";
            }

            open++;
            addresses[key] = (count + 1, pending + 1);
            return null;
        }
    }

    /// <summary>It has logged in.</summary>
    public void Admit(IPAddress? address)
    {
        var key = Key(address);
        lock (gate)
        {
            var (count, pending) = addresses[key];
            addresses[key] = (count, pending - 1);
        }
    }

    public void Leave(IPAddress? address, bool wasAdmitted)
    {
        var key = Key(address);
        lock (gate)
        {
            var (count, pending) = addresses[key];
            open--;
            if (count == 1)
            {
                addresses.Remove(key);
            }
            else
            {
                addresses[key] = (count - 1, wasAdmitted ? pending : pending - 1);
            }
        }
    }

    /// <summary>An IPv4 address as such however it came; of an IPv6 address the /64, which one subscriber has for himself.</summary>
    public static IPAddress Key(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
