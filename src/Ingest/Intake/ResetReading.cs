using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>A reset as the engines read it.</summary>
internal static class ResetReading
{
    /// <param name="register">Devices known.</param>
    /// <param name="seriesUtf8"><c>kind/device/quantity</c>.</param>
    /// <param name="receiveTimeMicros">When it was taken in.</param>
    /// <returns>Null when there is no such series.</returns>
    public static Reading? Of(DeviceRegister register, ReadOnlySpan<byte> seriesUtf8, long receiveTimeMicros)
    {
        var parts = Encoding.UTF8.GetString(seriesUtf8).Split('/');
        var kind = parts.Length == 3 ? register.Catalog.FindKind(parts[0]) : -1;
        if (kind < 0)
        {
            return null;
        }

        var device = register.Find(kind, Encoding.UTF8.GetBytes(parts[1]));
        var quantity = register.Catalog.Kinds[kind].FindQuantity(Encoding.UTF8.GetBytes(parts[2]));
        return device < 0 || quantity < 0 ? null : Reading.Reset(device, quantity, receiveTimeMicros);
    }
}
