using System.Text;

namespace PingAnIoT.Simulators.Tests;

/// <summary>A message kept for looking at.</summary>
internal sealed record Sent(int Gateway, double Seconds, string Topic, string Payload, int Readings);

/// <summary>Plays sources to their end.</summary>
internal static class Played
{
    /// <summary>2026-03-01T06:00+08:00.</summary>
    public const double Start = 1_772_316_000;

    public static List<Sent> All(IFleetSource source, int gateways) => [.. Enumerable.Range(0, gateways).SelectMany(g => Of(source, g))];

    public static IEnumerable<Sent> Of(IFleetSource source, int gateway)
    {
        while (!double.IsPositiveInfinity(source.NextSeconds(gateway)))
        {
            yield return Next(source, gateway);
        }
    }

    public static Sent Next(IFleetSource source, int gateway)
    {
        var next = source.NextSeconds(gateway);
        var message = source.Take(gateway);
        message.SendSeconds.Should().Be(next);
        return new Sent(message.Gateway, message.SendSeconds, Encoding.UTF8.GetString(message.TopicUtf8), Encoding.Latin1.GetString(message.Payload), message.Readings);
    }

    /// <summary>As bytes.</summary>
    public static IEnumerable<(int Gateway, double Seconds, byte[] Topic, byte[] Payload, int Readings)> Raw(IFleetSource source, int gateways)
    {
        for (var g = 0; g < gateways; g++)
        {
            while (!double.IsPositiveInfinity(source.NextSeconds(g)))
            {
                yield return Copy(source.Take(g));
            }
        }

        static (int, double, byte[], byte[], int) Copy(FleetMessage m) => (m.Gateway, m.SendSeconds, m.TopicUtf8.ToArray(), m.Payload.ToArray(), m.Readings);
    }

    public static TruthPlan Plan(string text)
    {
        var result = Timeline.Parse(text, "day.txt", PlainModel.All);
        result.Errors.Should().BeEmpty();
        return result.Plan!;
    }
}
