using System.Globalization;
using Grpc.Core;
using Content = PingAnIoT.V1.WatchResponse.ContentOneofCase;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Officers' screens in a scenario: real streams over its ledger and by its clock, to clients that take what comes until they stand still.</summary>
/// <param name="ledger">The scenario's.</param>
/// <param name="standIns">Whose places others see.</param>
/// <param name="clock">By which streams beat, and wait.</param>
public sealed class TimelineScreens(Func<Ledger> ledger, StandIns standIns, TimelineClock clock) : IAttendance, IAsyncDisposable
{
    /// <summary>As the server's, but for what may wait: a scenario has no thousands.</summary>
    private static readonly AlertStreamOptions Options = new() { BufferEntries = 50 };

    private readonly SortedDictionary<string, Screen> screens = new(StringComparer.Ordinal);
    private readonly MeterFactory meters = new();
    private AlertStreamMetrics? metrics;
    private AlertStreams? streams;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public bool IsAttended(Alert alert) => streams?.IsAttended(alert) == true;

    /// <summary>
    /// <c>wang watches [d01/s03] counting after 3</c> or <c>one by one</c>, with <c>, standing still</c>; <c>wang watches on</c>, <c>wang stops watching</c>, <c>wang's screen stands still</c>, <c>wang's screen goes on</c>,
    /// <c>wang opens the count</c>.
    /// </summary>
    /// <returns>The answer; null when it is none of these.</returns>
    public async Task<string?> DoAsync(string[] words)
    {
        var isStill = words is [.., "standing", "still"];
        switch (isStill ? [.. words[..^2].Select(w => w.TrimEnd(','))] : words)
        {
            case [var who, "watches", .. { Length: < 2 } where, "counting", "after", var most]:
                return Watch(who, string.Concat(where), int.Parse(most, CultureInfo.InvariantCulture), isStill);
            case [var who, "watches", .. { Length: < 2 } where, "one", "by", "one"]:
                return Watch(who, string.Concat(where), 0, isStill);
            case [var who, "watches", "on"]:
                Of(who).Start(Streams(), isStill);
                return "done";
            case [var who, "stops", "watching"]:
                await Of(who).GoAsync();
                return "done";
            case [var whose, "screen", "stands", "still"]:
                Of(whose[..^2]).StandStill();
                return "done";
            case [var whose, "screen", "goes", "on"]:
                Of(whose[..^2]).GoOn();
                return "done";
            case [var who, "opens", "the", "count"]:
                return await OpenAsync(Of(who));
            default:
                return null;
        }
    }

    /// <summary>What has come to the screens since the last look, of each in the order in which it came.</summary>
    public async Task<IReadOnlyList<string>> LookAsync()
    {
        var lines = new List<string>();
        foreach (var screen in screens.Values)
        {
            await RestAsync(screen);
            lines.AddRange(screen.Lines());
        }

        return lines;
    }

    /// <summary>The server goes, and its streams with it.</summary>
    public async Task CloseAsync()
    {
        if (streams is not null)
        {
            await streams.StopAsync(Cancel);
            await streams.DisposeAsync();
            metrics!.Dispose();
            streams = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        foreach (var screen in screens.Values)
        {
            screen.Dispose();
        }

        meters.Dispose();
    }

    private AlertStreams Streams() => streams ??= new AlertStreams(ledger(), Options, clock.Ticking, metrics = new AlertStreamMetrics(meters))
    {
        StandIns = standIns,
    };

    private string Watch(string who, string place, int most, bool isStill)
    {
        var screen = screens.ContainsKey(who) ? throw new InvalidOperationException($"{who} has a screen already; expected '{who} watches on'") : screens[who] = new Screen(who, place, most);
        screen.Start(Streams(), isStill);
        return "done";
    }

    private Screen Of(string who) => screens.GetValueOrDefault(who) ?? throw new InvalidOperationException($"{who} has no screen");

    /// <summary>Until all that has happened has come to it, and it waits for time to go on.</summary>
    private async Task RestAsync(Screen screen)
    {
        for (var i = 0; i < 200 && !screen.IsAtRest(ledger); i++)
        {
            await Task.Yield();
        }

        await Eventually.BecomesTrue(() => screen.IsAtRest(ledger), screen.Officer.Name + "'s stream comes to rest");
    }

    /// <summary>All that the filters of the last count list: <c>yellow gas-pipe/gp-1 gas-pipe/gp-2, green 12</c>; up to four are named.</summary>
    private async Task<string> OpenAsync(Screen screen)
    {
        var groups = new List<string>();
        foreach (var group in screen.Counted ?? throw new InvalidOperationException("nothing has been counted"))
        {
            var alerts = new List<Alert>();
            var request = group.Filter.Clone();
            do
            {
                var page = await AlertList.ReadAsync(ledger(), standIns.Seeing(screen.Officer), request, Cancel);
                alerts.AddRange(page.Alerts);
                request.PageToken = Paging.Next(request, page.Next);
            }
            while (request.PageToken.Length > 0);

            var named = alerts.Count > 4 ? string.Create(CultureInfo.InvariantCulture, $"{alerts.Count}") : string.Join(' ', alerts.Select(a => $"{a.Kind}/{a.Device}").Reverse());
            groups.Add($"{Colour(group.PeakSeverity)} {(alerts.Count == 0 ? "none" : named)}");
        }

        return string.Join(", ", groups);
    }

    private static string Colour(V1.Severity severity) => severity.ToString().ToLowerInvariant();

    private sealed class Screen(string who, string place, int summarizeAfter) : IServerStreamWriter<V1.WatchResponse>, IDisposable
    {
        private readonly Pump pump = new();
        private readonly List<string> lines = [];
        private Task running = Task.CompletedTask;
        private CancellationTokenSource? gone;
        private (V1.WatchResponse Message, TaskCompletionSource Taken)? onItsWay;
        private bool isStill;
        private long cursor;

        public Officer Officer { get; } = new(who, place);

        /// <summary>The groups of the newest count.</summary>
        public IReadOnlyList<V1.SummaryGroup>? Counted { get; private set; }

        public WriteOptions? WriteOptions { get; set; }

        public void Start(AlertStreams streams, bool standsStill)
        {
            isStill = standsStill;
            _ = running.IsCompleted ? 0 : throw new InvalidOperationException($"{who} is watching already");
            gone?.Dispose();
            gone = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var call = new OfficerCall(place, who, gone.Token);
            running = pump.Run(() => RunAsync(streams, call));
        }

        public async Task GoAsync()
        {
            await gone!.CancelAsync();
            await running.WaitAsync(Cancel);
        }

        public void StandStill()
        {
            lock (lines)
            {
                isStill = true;
            }
        }

        public void GoOn()
        {
            TaskCompletionSource? taken = null;
            lock (lines)
            {
                isStill = false;
                if (onItsWay is var (message, waits))
                {
                    Take(message);
                    (onItsWay, taken) = (null, waits);
                }
            }

            taken?.SetResult();
        }

        public Task WriteAsync(V1.WatchResponse message)
        {
            lock (lines)
            {
                if (isStill)
                {
                    onItsWay = (message, new TaskCompletionSource());
                    return onItsWay.Value.Taken.Task;
                }

                Take(message);
                return Task.CompletedTask;
            }
        }

        /// <summary>What can still be on its way is looked at before what would take it further: the other way round it could pass between the two.</summary>
        public bool IsAtRest(Func<Ledger> of) => (running.IsCompleted || IsHeld() || of().Feed.Rests(who)) && pump.IsIdle;

        public IReadOnlyList<string> Lines()
        {
            lock (lines)
            {
                var come = lines.ToList();
                lines.Clear();
                return come;
            }
        }

        public void Dispose() => gone?.Dispose();

        private bool IsHeld()
        {
            lock (lines)
            {
                return onItsWay is not null;
            }
        }

        private async Task RunAsync(AlertStreams streams, OfficerCall call)
        {
            var how = "";
            try
            {
                await streams.RunAsync(Officer, cursor, summarizeAfter, this, call);
            }
            catch (RpcException end) when (end.StatusCode == StatusCode.ResourceExhausted)
            {
                how = "is cut";
            }
            catch (RpcException end) when (end.StatusCode == StatusCode.Unavailable)
            {
                // The scenario says itself that the server stops.
            }

            lock (lines)
            {
                // What was written comes before how it ended; to a client that has gone it does not come at all.
                if (onItsWay is var (message, _) && !call.CancellationToken.IsCancellationRequested)
                {
                    Take(message);
                }

                onItsWay = null;
                lines.AddRange(how.Length == 0 ? [] : [$"{who}'s screen {how}"]);
            }
        }

        private void Take(V1.WatchResponse message)
        {
            cursor = Math.Max(cursor, message.Cursor);
            var line = message.ContentCase switch
            {
                Content.Snapshot => $"finds {Text(message.Snapshot.Severity == V1.Severity.Normal ? message.Snapshot.PeakSeverity : message.Snapshot.Severity, message.Snapshot)}",
                Content.SnapshotEnd => string.Create(CultureInfo.InvariantCulture, $"has all {message.SnapshotEnd.AlertCount}"),
                Content.Event => Text(message.Event),
                Content.Summary => "counts " + string.Join(", ", message.Summary.Groups.Select(Text)),
                Content.DutyCheck => $"asks for an answer to the check of {message.DutyCheck.Territory}",
                _ => null,
            };
            Counted = message.Summary?.Groups ?? Counted;
            lines.AddRange(line is null ? [] : [$"{who}'s screen {line}"]);
        }

        private static string Text(V1.SummaryGroup group)
        {
            var news = group.Events == group.Alerts ? "" : string.Create(CultureInfo.InvariantCulture, $" with {group.Events} news");
            return string.Create(CultureInfo.InvariantCulture, $"{Colour(group.PeakSeverity)} {group.Alerts} in {(group.Territory.Length == 0 ? "city" : group.Territory)}{news}");
        }

        private static string Text(V1.Severity colour, V1.Alert alert) => $"{Colour(colour)} {alert.Kind}/{alert.Device}";

        /// <summary><c>shows red gas-pipe/gp-1</c>, <c>shows normal …</c>: what the plant did; <c>shows gas-pipe/gp-1 acknowledged</c>: what people and the time did.</summary>
        private static string Text(V1.AlertEvent what) => what.Alert is null ? $"shows {TimelineWords.Of(what.Type)}"
            : what.ToSeverity != V1.Severity.Unspecified ? "shows " + Text(what.ToSeverity, what.Alert)
            : $"shows {what.Alert.Kind}/{what.Alert.Device} {TimelineWords.Of(what.Type)}";
    }

    /// <summary>One stream's flow, one piece after the other, so that it can be seen when nothing of it is left to do.</summary>
    private sealed class Pump : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Do, object? State)> waiting = new();
        private bool runs;

        public bool IsIdle
        {
            get
            {
                lock (waiting)
                {
                    return !runs;
                }
            }
        }

        public Task Run(Func<Task> work)
        {
            var begun = new TaskCompletionSource<Task>();
            Post(_ => begun.SetResult(work()), null);
            return begun.Task.Unwrap();
        }

        public override void Post(SendOrPostCallback d, object? state)
        {
            lock (waiting)
            {
                waiting.Enqueue((d, state));
                if (!runs)
                {
                    runs = true;
                    ThreadPool.QueueUserWorkItem(static p => p.Drain(), this, preferLocal: false);
                }
            }
        }

        private void Drain()
        {
            SetSynchronizationContext(this);
            try
            {
                while (true)
                {
                    (SendOrPostCallback Do, object? State) next;
                    lock (waiting)
                    {
                        if (!waiting.TryDequeue(out next))
                        {
                            runs = false;
                            return;
                        }
                    }

                    next.Do(next.State);
                }
            }
            finally
            {
                SetSynchronizationContext(null);
            }
        }
    }
}
