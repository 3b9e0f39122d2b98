using System.Globalization;
using System.Text;
using PingAnIoT.Simulators;

namespace PingAnIoT.EndToEnd;

/// <summary>
/// What each publisher says, as a function of nothing but (publisher, number): event times in the past, half a second apart, so that windows and
/// holds pass in event time alone; the number itself rides in the flow, so that the journal can be compared message by message.
/// </summary>
public static class PlannedMessages
{
    public const int PerDevice = 90_000;

    /// <summary>After so many a publisher has been at every level, and back at the first.</summary>
    public const int AllPlateaus = 9 * PlateauMessages;
    private const long StartSeconds = 1_760_000_000;
    private const int PlateauMessages = 150;
    private static readonly double[] Pressures = [380, 432, 380, 458, 390, 495, 405, 415];
    private static readonly double[] Methanes = [1, 1, 30, 1, 55, 12, 1, 3];

    public static string Gateway(int publisher) => string.Create(CultureInfo.InvariantCulture, $"gw-{publisher:D2}");

    public static string Device(int publisher, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"p{publisher:D2}-{number / PerDevice:D4}");

    public static WireFrame Frame(int publisher, long number)
    {
        var within = number % PerDevice;
        var plateau = (int)(within / PlateauMessages) + (publisher * 3);
        var payload = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"t\":{StartSeconds + (within * 0.5):F1},\"flow\":{within},\"pressure\":{Pressures[plateau * 5 % 8] + (within % 3)},\"methane\":{Methanes[plateau * 7 % 8]}}}");
        var topic = $"pingan/v1/{Gateway(publisher)}/gas-pipe/{Device(publisher, number)}";
        return WireFrames.Publish(WireVersion.Mqtt311, topic, Encoding.ASCII.GetBytes(payload));
    }
}
