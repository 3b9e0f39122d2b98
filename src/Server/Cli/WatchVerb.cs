using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Spectre.Console;

namespace PingAnIoT.Server;

/// <summary><c>watch</c>: alerts as they come, as a live table at a terminal, as lines otherwise. Resumes by itself when the stream is cut.</summary>
internal static class WatchVerb
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line: every message of the stream." };
        var after = new Option<long>("--after") { Description = "Resume after this cursor; 0 begins with what is open." };
        var count = new Option<int>("--count") { Description = "End after so many events; 0 for never." };
        var seen = new Option<bool>("--seen") { Description = "You sit in front of it: what is shown and new counts as seen by you." };
        var summarize = new Option<int?>("--summarize")
        {
            Description = "When more than so many wait, what is not red comes as counted summaries; 0 never. 1000 without it at a terminal, else 0.",
        };
        return OfficerConnection.Verb(terminal, new Command("watch", "Watch alerts as they come.") { json, after, count, seen, summarize }, (client, headers, parsed, ct) =>
        {
            IWatchView view = parsed.GetValue(json) ? new JsonView(terminal.Out)
                : terminal.IsInteractive ? new TableView(terminal.Ansi()) : new LineView(terminal.Out);
            return new Watching(client, headers, view, terminal, parsed.GetValue(count), parsed.GetValue(seen))
            {
                SummarizeAfter = parsed.GetValue(summarize) ?? (terminal.IsInteractive && !parsed.GetValue(json) ? 1_000 : 0),
            }.RunAsync(parsed.GetValue(after), ct);
        });
    }

    private interface IWatchView
    {
        void Show(V1.WatchResponse message);
    }

    private sealed class Watching(
        V1.AlertService.AlertServiceClient client, Metadata headers, IWatchView view, Terminal terminal, int count, bool isSeen)
    {
        public int SummarizeAfter { get; init; }

        private long cursor;
        private long confirmed;
        private int events;
        private bool isConnected;

        public async Task<int> RunAsync(long after, CancellationToken cancellationToken)
        {
            cursor = after;
            while (count == 0 || events < count)
            {
                try
                {
                    await StreamAsync(cancellationToken);
                    if (count == 0 || events < count)
                    {
                        await Task.Delay(Pause, terminal.Time, cancellationToken);
                    }
                }
                catch (RpcException e) when (isConnected && e.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Internal)
                {
                    await terminal.Error.WriteLineAsync($"{e.Status.Detail} Resuming after {cursor.ToString(CultureInfo.InvariantCulture)}.");
                    await Task.Delay(Pause, terminal.Time, cancellationToken);
                }
            }

            return ExitCode.Done;
        }

        private async Task StreamAsync(CancellationToken cancellationToken)
        {
            using var call = client.Watch(new V1.WatchRequest { After = cursor, SummarizeAfter = SummarizeAfter }, headers, cancellationToken: cancellationToken);
            await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                isConnected = true;
                view.Show(message);
                cursor = Math.Max(cursor, message.Cursor);
                await SeeAsync(message.Snapshot ?? message.Event?.Alert, cancellationToken);
                if (message.ContentCase == V1.WatchResponse.ContentOneofCase.Event)
                {
                    events++;
                }

                var isLast = count > 0 && events >= count;
                if (isLast || message.ContentCase is V1.WatchResponse.ContentOneofCase.Heartbeat or V1.WatchResponse.ContentOneofCase.SnapshotEnd)
                {
                    await ConfirmAsync(cancellationToken);
                }

                if (isLast)
                {
                    return;
                }
            }
        }

        /// <summary>Only what waits for it; that another was faster, or that it is gone, is no failure.</summary>
        private async Task SeeAsync(V1.Alert? alert, CancellationToken cancellationToken)
        {
            if (!isSeen || alert is null || alert.Seen is not null || !alert.LegalSteps.Contains("see"))
            {
                return;
            }

            try
            {
                await client.SeeAsync(new V1.SeeRequest { Id = alert.Id }, headers, cancellationToken: cancellationToken);
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
            {
                // It has gone on meanwhile.
            }
        }

        /// <summary>It has been shown: that, and not the write to the socket, is the delivery.</summary>
        private async Task ConfirmAsync(CancellationToken cancellationToken)
        {
            if (cursor > confirmed)
            {
                var request = new V1.ConfirmDeliveryRequest { Cursor = cursor };
                confirmed = (await client.ConfirmDeliveryAsync(request, headers, cancellationToken: cancellationToken)).Cursor;
            }
        }
    }

    private sealed class JsonView(TextWriter output) : IWatchView
    {
        public void Show(V1.WatchResponse message)
        {
            output.WriteLine(JsonFormatter.Default.Format(message));
            output.Flush();
        }
    }

    private sealed class LineView(TextWriter output) : IWatchView
    {
        public void Show(V1.WatchResponse message)
        {
            switch (message.ContentCase)
            {
                case V1.WatchResponse.ContentOneofCase.Snapshot:
                    output.WriteLine("open      " + AlertText.Line(message.Snapshot));
                    break;
                case V1.WatchResponse.ContentOneofCase.SnapshotEnd:
                    output.WriteLine($"{message.SnapshotEnd.AlertCount} open; now watching");
                    break;
                case V1.WatchResponse.ContentOneofCase.Event:
                    output.WriteLine(AlertText.Line(message.Event));
                    break;
                case V1.WatchResponse.ContentOneofCase.DutyCheck:
                    output.WriteLine("ANSWER    " + DutyText.Line(message.DutyCheck));
                    break;
                case V1.WatchResponse.ContentOneofCase.Summary:
                    foreach (var group in message.Summary.Groups)
                    {
                        output.WriteLine("counted   " + AlertText.Line(group, message.Summary));
                    }

                    break;
            }

            output.Flush();
        }
    }

    /// <summary>Repaints the whole table on a change; between a snapshot's rows it waits for the end.</summary>
    private sealed class TableView(IAnsiConsole console) : IWatchView
    {
        private readonly Dictionary<string, V1.Alert> alerts = new(StringComparer.Ordinal);
        private readonly Queue<string> news = new();

        public void Show(V1.WatchResponse message)
        {
            switch (message.ContentCase)
            {
                case V1.WatchResponse.ContentOneofCase.Snapshot:
                    alerts[message.Snapshot.Id] = message.Snapshot;
                    return;
                case V1.WatchResponse.ContentOneofCase.Event:
                    Take(message.Event);
                    break;
                case V1.WatchResponse.ContentOneofCase.DutyCheck:
                    Add("ANSWER " + DutyText.Line(message.DutyCheck));
                    break;
                case V1.WatchResponse.ContentOneofCase.Summary:
                    foreach (var group in message.Summary.Groups.Take(8).Reverse())
                    {
                        Add(AlertText.Line(group, message.Summary));
                    }

                    break;
            }

            Paint(message.Cursor);
        }

        private void Take(V1.AlertEvent what)
        {
            Add(AlertText.Line(what));
            if (what.Alert is { Step: V1.Step.Closed, Active: false })
            {
                alerts.Remove(what.AlertId);
            }
            else if (what.Alert is { } alert)
            {
                alerts[alert.Id] = alert;
            }
        }

        private void Add(string line)
        {
            news.Enqueue(line);
            while (news.Count > 8)
            {
                news.Dequeue();
            }
        }

        private void Paint(long cursor)
        {
            console.Clear();
            console.Write(new Rule($"{alerts.Count} alerts, ledger at {cursor.ToString(CultureInfo.InvariantCulture)}; Ctrl-C ends").LeftJustified());
            console.Write(AlertTable.Of(alerts.Values));
            foreach (var line in news)
            {
                console.WriteLine(line);
            }
        }
    }
}
