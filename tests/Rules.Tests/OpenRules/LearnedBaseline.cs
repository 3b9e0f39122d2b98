using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace PingAnIoT.Rules.Tests;

/// <summary>
/// Learns for each series, and each hour of the day, the mean and the deviation of its ten-minute means, and says when one is further off than
/// so many deviations. What is off is not learned, so that a fault does not become the custom.
/// </summary>
/// <param name="deviations">How far off is too far.</param>
/// <param name="days">How many days of an hour must be known before it is judged.</param>
internal sealed class LearnedBaseline(double deviations = 4, int days = 3) : IOpenRule
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Zone = TimeSpan.FromHours(8);

    public string Id => "flow-unusual-for-the-hour";

    public string Revision => $"1, {deviations} deviations, {days} days";

    public string TitleZh => "流量偏离日常规律";

    public string TitleEn => "Flow unusual for the hour";

    public string Basis => "site (example; set on site)";

    public IReadOnlyList<string> Series => ["gas-pipe/*/flow"];

    public TimeSpan WarmUp => TimeSpan.FromDays(days);

    public IObservable<OpenFinding> Watch(IObservable<OpenReading> readings, IScheduler scheduler) => readings
        .GroupBy(r => r.Series)
        .SelectMany(series => series
            .Scan(new Window(default, 0, 0, null), (window, reading) => window.With(reading))
            .Select(window => window.Before)
            .OfType<Window>()
            .Scan(new Day(series.Key, deviations, days), (day, window) => day.With(window))
            .Select(day => day.Says)
            .OfType<OpenFinding>());

    /// <summary>Ten minutes of readings, and at the first reading of the next ten the one before, which is whole then.</summary>
    private sealed record Window(DateTimeOffset Begin, double Sum, int Count, Window? Before)
    {
        public double Mean => Sum / Count;

        public Window With(OpenReading reading)
        {
            var begin = new DateTimeOffset(reading.EventTime.Ticks - (reading.EventTime.Ticks % Length.Ticks), TimeSpan.Zero);
            return begin == Begin
                ? new Window(Begin, Sum + reading.Value, Count + 1, null)
                : new Window(begin, reading.Value, 1, Count > 0 ? this : null);
        }
    }

    /// <summary>What is usual: of each hour how many windows are known, their mean and the sum of their squared differences (Welford).</summary>
    private sealed class Day(string series, double deviations, int days)
    {
        private const int WindowsPerHour = 6;
        private readonly (int Count, double Mean, double Squares)[] hours = new (int, double, double)[24];

        /// <summary>Of the newest window; null while the hour is not known well enough.</summary>
        public OpenFinding? Says { get; private set; }

        public Day With(Window window)
        {
            ref var hour = ref hours[window.Begin.ToOffset(Zone).Hour];
            Says = hour.Count < days * WindowsPerHour ? null : Judge(window, hour.Mean, Math.Sqrt(hour.Squares / (hour.Count - 1)));
            if (Says is null or { Severity: Severity.Normal })
            {
                var off = window.Mean - hour.Mean;
                var mean = hour.Mean + (off / (hour.Count + 1));
                hour = (hour.Count + 1, mean, hour.Squares + (off * (window.Mean - mean)));
            }

            return this;
        }

        private OpenFinding Judge(Window window, double usual, double deviation)
        {
            // What never varies would make every trifle unusual: a hundredth of the usual is always allowed for.
            var far = deviations * Math.Max(deviation, Math.Abs(usual) / 100);
            var limit = window.Mean < usual ? usual - far : usual + far;
            var isFar = Math.Abs(window.Mean - usual) > far;
            return new OpenFinding(series, isFar ? Severity.Yellow : Severity.Normal, window.Begin + Length, window.Mean, limit);
        }
    }
}
