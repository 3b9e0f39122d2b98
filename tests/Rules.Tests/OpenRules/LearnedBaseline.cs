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

    public string Revision => $"2, {deviations} deviations, {days} days";

    public string TitleZh => "流量偏离日常规律";

    public string TitleEn => "Flow unusual for the hour";

    public string Basis => "site (example; set on site)";

    public IReadOnlyList<string> Series => ["gas-pipe/*/flow mean(10m)"];

    public TimeSpan WarmUp => TimeSpan.FromDays(days);

    public IObservable<OpenFinding> Watch(IObservable<OpenReading> readings, IScheduler scheduler) => readings
        .GroupBy(mean => mean.Series)
        .SelectMany(series => series
            .Scan(new Day(series.Key, deviations, days), (day, mean) => day.With(mean))
            .Select(day => day.Says)
            .OfType<OpenFinding>());

    /// <summary>What is usual: of each hour how many windows are known, their mean and the sum of their squared differences (Welford).</summary>
    private sealed class Day(string series, double deviations, int days)
    {
        private const int WindowsPerHour = 6;
        private readonly (int Count, double Mean, double Squares)[] hours = new (int, double, double)[24];

        /// <summary>Of the newest window; null while the hour is not known well enough.</summary>
        public OpenFinding? Says { get; private set; }

        public Day With(OpenReading window)
        {
            ref var hour = ref hours[(window.EventTime - Length).ToOffset(Zone).Hour];
            Says = hour.Count < days * WindowsPerHour ? null : Judge(window, hour.Mean, Math.Sqrt(hour.Squares / (hour.Count - 1)));
            if (Says is null or { Severity: Severity.Normal })
            {
                var off = window.Value - hour.Mean;
                var mean = hour.Mean + (off / (hour.Count + 1));
                hour = (hour.Count + 1, mean, hour.Squares + (off * (window.Value - mean)));
            }

            return this;
        }

        private OpenFinding Judge(OpenReading window, double usual, double deviation)
        {
            // What never varies would make every trifle unusual: a hundredth of the usual is always allowed for.
            var far = deviations * Math.Max(deviation, Math.Abs(usual) / 100);
            var limit = window.Value < usual ? usual - far : usual + far;
            var isFar = Math.Abs(window.Value - usual) > far;
            return new OpenFinding(series, isFar ? Severity.Yellow : Severity.Normal, window.EventTime, window.Value, limit);
        }
    }
}
