using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>What a tick costs while a million holds are under way, and while the whole city may fall silent.</summary>
internal static class TimersPart
{
    private const int WarmTicks = 20;
    private const int HoldSeconds = 200;
    private const int HoldFeedSeconds = 10;
    private const int ReportSeconds = 60;
    private const int Minutes = 11;

    private const string Hold =
        """
        rules:
          - id: high-QUANTITY
            title: { zh: 超压, en: High }
            kind: KIND
            quantity: QUANTITY
            when: last
            red: "> 480"
            hold: 200s
            basis: site
        """;

    private const string Silence =
        """
        rules:
          - id: silent
            title: { zh: 失联, en: Silent }
            kind: KIND
            when: absent(5m)
            fault: true
            basis: site
        """;

    /// <summary>Every series crosses at once; ticks are timed until the first hold ends, and then all must end.</summary>
    public static void Holds(int holds, Findings findings)
    {
        var catalog = Workload.PlainCatalog(1);
        long transitions = 0;
        var engine = new Engine(Workload.Register(catalog, holds, _ => 0), Workload.ForEach(Hold, catalog), new EngineOptions(), _ => transitions++);
        var feed = new Feed(Points(holds), [new Profile(500, 0, 500, 0)], HoldFeedSeconds);
        new EngineRun(engine, feed).Round(1, crossings: false);
        var micros = feed.Time;
        var (ticks, tick) = (new List<Meter>(), new Reading[1]);
        for (var second = 1; second < HoldSeconds - HoldFeedSeconds - 1; second++)
        {
            ticks.Add(Tick(engine, tick, micros += 1_000_000));
        }

        var early = transitions;
        for (var second = 0; second < HoldFeedSeconds * 3; second++)
        {
            Tick(engine, tick, micros += 1_000_000);
        }

        findings["median-ms"] = Meter.Median(ticks.Skip(WarmTicks).Select(t => t.WallSeconds)) * 1000;
        findings["longest-ms"] = ticks.Skip(WarmTicks).Max(t => t.WallSeconds) * 1000;
        findings["early"] = early;
        findings["fired"] = transitions;
        findings["armed"] = holds;
    }

    /// <summary>
    /// Every device reports once a minute. Ticks of the third minute find nothing due. In others an engine may have to look again at what earlier
    /// reports had armed, so the minute that counts is the worst after the first.
    /// </summary>
    public static void Absences(int devices, Findings findings)
    {
        var catalog = Workload.PlainCatalog(1);
        long transitions = 0;
        var engine = new Engine(Workload.Register(catalog, devices, _ => 0), Workload.ForEach(Silence, catalog), new EngineOptions(), _ => transitions++);
        var feed = new Feed(Points(devices), [new Profile(395, 15, 395, 1)], ReportSeconds, hasTicks: false);
        var (minutes, tick, batch) = (new List<List<Meter>>(), new Reading[1], new ReadingBatch(Feed.BlockReadings));
        for (var minute = 0; minute < Minutes; minute++)
        {
            minutes.Add([]);
            for (var second = 0; second < ReportSeconds; second++)
            {
                var end = (long)devices * ((minute * ReportSeconds) + second + 1) / ReportSeconds;
                while (feed.Number < end)
                {
                    batch.Clear();
                    feed.Fill(batch, (int)Math.Min(end - feed.Number, Feed.BlockReadings), crossings: false);
                    engine.Apply(batch.Readings, feed.Number);
                }

                minutes[minute].Add(Tick(engine, tick, feed.Time));
            }
        }

        findings["idle-ms"] = Meter.Median(minutes[2].Select(t => t.WallSeconds)) * 1000;
        findings["idle-longest-ms"] = minutes[2].Max(t => t.WallSeconds) * 1000;
        var averages = minutes.ConvertAll(m => m.Average(t => t.WallSeconds) * 1000);
        findings["average-ms"] = averages.Skip(1).Max();
        findings["worst-minute"] = averages.IndexOf(averages.Skip(1).Max()) + 1;
        findings["all-average-ms"] = averages.Skip(1).Average();
        findings["longest-ms"] = minutes.Skip(1).Max(m => m.Max(t => t.WallSeconds)) * 1000;
        findings["early"] = transitions;

        // And they would have been found: nothing reports any more.
        for (long second = 1, now = feed.Time; second <= 302; second++)
        {
            Tick(engine, tick, now + (second * 1_000_000));
        }

        findings["fired"] = transitions;
        findings["armed"] = devices;
    }

    private static Meter Tick(Engine engine, Reading[] tick, long micros)
    {
        tick[0] = Reading.Tick(micros);
        var meter = new Meter();
        meter.Begin();
        engine.Apply(tick, micros);
        meter.End();
        return meter;
    }

    private static Point[] Points(int devices) => [.. Enumerable.Range(0, devices).Select(d => new Point(d, 0, 0))];
}
