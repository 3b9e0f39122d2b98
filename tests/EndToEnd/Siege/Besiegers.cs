using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PingAnIoT.EndToEnd;

/// <summary>Sockets that mean harm, held open together. Whatever the server does to one of them is its good right.</summary>
public sealed class Besiegers : IDisposable
{
    private readonly List<Socket> sockets = [];

    public int Count => sockets.Count;

    /// <summary>How many the server has not closed.</summary>
    public int Open => sockets.Count(s => !IsClosed(s));

    public static byte[] ConnectOf(string gateway)
    {
        var name = Encoding.ASCII.GetBytes(gateway);
        return [0x10, (byte)(12 + name.Length), 0, 4, .. "MQTT"u8, 4, 2, 0, 60, 0, (byte)name.Length, .. name];
    }

    /// <param name="from">The last two bytes of an address in 127.0.0.0/8, so that bounds per address are met one by one.</param>
    public Socket? Add(int port, int from, ReadOnlySpan<byte> bytes)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = 5_000, ReceiveTimeout = 5_000 };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"127.0.{from / 256}.{from % 256}")), 0));
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(bytes);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }

        sockets.Add(socket);
        return socket;
    }

    /// <summary>Sends one more byte or so on each.</summary>
    public void SendAll(Func<int, byte[]> bytes)
    {
        for (var i = 0; i < sockets.Count; i++)
        {
            TrySend(sockets[i], bytes(i));
        }
    }

    public void Dispose() => sockets.ForEach(s => s.Dispose());

    private static void TrySend(Socket socket, byte[] bytes)
    {
        try
        {
            socket.Send(bytes);
        }
        catch (SocketException)
        {
            // Cut already.
        }
    }

    /// <summary>Reads away what the server had to say, such as 408, to come to the end if there is one.</summary>
    private static bool IsClosed(Socket socket)
    {
        try
        {
            var said = new byte[1_024];
            while (socket.Poll(0, SelectMode.SelectRead))
            {
                if (socket.Receive(said) == 0)
                {
                    return true;
                }
            }

            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
