using System.CommandLine;
using System.Globalization;
using Google.Protobuf;

namespace PingAnIoT.Server;

/// <summary><c>report daily|weekly|monthly|quarterly|kpi|heat</c>; <c>report ID</c> is the step of that name and stays what it is.</summary>
internal static class ReportVerb
{
    private static readonly string[] Periods = ["daily", "weekly", "monthly", "quarterly"];

    /// <summary>Adds them under the step's command.</summary>
    public static void AddTo(Command report, Terminal terminal)
    {
        (string Name, string What)[] verbs =
        [
            ("daily", "日排查: the report of a day."), ("weekly", "周调度: of a week, from Monday."), ("monthly", "月汇总: of a month."), ("quarterly", "季分析: of a quarter."),
        ];
        foreach (var (name, what) in verbs)
        {
            report.Add(Counts(terminal, name, what));
        }

        report.Add(Kpis(terminal));
        report.Add(Heat(terminal));
    }

    private static Command Counts(Terminal terminal, string name, string what)
    {
        var (common, level) = (new Common(), Level());
        return common.Verb(terminal, new Command(name, what) { level }, null, async (client, headers, parsed, ct) =>
        {
            var request = new V1.GetReportRequest
            {
                Period = PeriodOf(name), Date = common.DateOf(parsed), Territory = common.TerritoryOf(parsed), UpToSequence = common.UpToOf(parsed), Level = LevelOf(parsed.GetValue(level)!),
            };
            var answer = await client.GetReportAsync(request, headers, cancellationToken: ct);
            return (answer, ReportText.Of(answer), ReportText.Csv(answer));
        });
    }

    private static Command Kpis(Terminal terminal)
    {
        var (common, period) = (new Common(), Period());
        return common.Verb(terminal, new Command("kpi", "How many alerts officers had to bear, by ISA-18.2."), period, async (client, headers, parsed, ct) =>
        {
            var request = new V1.GetKpisRequest
            {
                Period = PeriodOf(parsed.GetValue(period)!), Date = common.DateOf(parsed), Territory = common.TerritoryOf(parsed), UpToSequence = common.UpToOf(parsed),
            };
            var answer = await client.GetKpisAsync(request, headers, cancellationToken: ct);
            return (answer, ReportText.Of(answer), ReportText.Csv(answer));
        });
    }

    private static Command Heat(Terminal terminal)
    {
        var (common, level, period) = (new Common(), Level(), Period());
        var byDay = new Option<bool>("--by-day") { Description = "Hours of the day, not of the week." };
        return common.Verb(terminal, new Command("heat", "When and where what kind of alert comes, as CSV.") { level, byDay }, period, async (client, headers, parsed, ct) =>
        {
            var request = new V1.GetHeatMapRequest
            {
                Period = PeriodOf(parsed.GetValue(period)!), Date = common.DateOf(parsed), Territory = common.TerritoryOf(parsed), UpToSequence = common.UpToOf(parsed),
                Level = LevelOf(parsed.GetValue(level)!), ByDay = parsed.GetValue(byDay),
            };
            var answer = await client.GetHeatMapAsync(request, headers, cancellationToken: ct);
            return (answer, ReportText.Csv(answer), ReportText.Csv(answer));
        });
    }

    private static Option<string> Period()
    {
        var period = new Option<string>("--period") { Description = "daily, weekly, monthly or quarterly.", DefaultValueFactory = _ => "daily" };
        period.AcceptOnlyFromAmong(Periods);
        return period;
    }

    private static Option<string> Level()
    {
        var level = new Option<string>("--level") { Description = "By which territories: district, street, community or grid.", DefaultValueFactory = _ => "district" };
        level.AcceptOnlyFromAmong("district", "street", "community", "grid");
        return level;
    }

    private static V1.ReportPeriod PeriodOf(string word) => (V1.ReportPeriod)(Array.IndexOf(Periods, word) + 1);

    private static V1.TerritoryLevel LevelOf(string word) => Enum.Parse<V1.TerritoryLevel>(word, ignoreCase: true);

    /// <summary>What all of them ask, and how they answer.</summary>
    private sealed class Common
    {
        private readonly Option<string> date = new("--date") { Description = "A day within it, such as 2026-11-23; today without it.", DefaultValueFactory = _ => "" };
        private readonly Option<string> territory = new("--territory") { Description = "That one and all below; all of yours without it.", DefaultValueFactory = _ => "" };
        private readonly Option<long> upTo = new("--up-to") { Description = "Count the ledger up to this entry: the same report as then." };
        private readonly Option<bool> json = new("--json") { Description = "As JSON." };
        private readonly Option<bool> csv = new("--csv") { Description = "As CSV." };

        public Common() => date.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string>() is { Length: > 0 } text && !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                r.AddError($"--date '{text}' is not a day such as 2026-11-23.");
            }
        });

        public string DateOf(ParseResult parsed) => parsed.GetValue(date)!;

        public string TerritoryOf(ParseResult parsed) => parsed.GetValue(territory)!;

        public long UpToOf(ParseResult parsed) => parsed.GetValue(upTo);

        public Command Verb(
            Terminal terminal, Command command, Option? more,
            Func<V1.ReportService.ReportServiceClient, Grpc.Core.Metadata, ParseResult, CancellationToken, Task<(IMessage Answer, IEnumerable<string> Text, IEnumerable<string> Csv)>> ask)
        {
            Option[] options = [date, territory, upTo, json, csv];
            options.Concat(more is null ? [] : [more]).ToList().ForEach(command.Add);
            return OfficerConnection.Verb(terminal, command, channel => new V1.ReportService.ReportServiceClient(channel), async (client, headers, parsed, ct) =>
            {
                var (answer, text, table) = await ask(client, headers, parsed, ct);
                foreach (var line in parsed.GetValue(json) ? [JsonFormatter.Default.Format(answer)] : parsed.GetValue(csv) ? table : text)
                {
                    await terminal.Out.WriteLineAsync(line);
                }

                return ExitCode.Done;
            });
        }
    }
}
