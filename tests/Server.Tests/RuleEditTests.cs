using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Server.Tests;

/// <summary>The rule file of a running server is edited while readings flow and alerts are open.</summary>
public sealed class RuleEditTests
{
    private const int Detectors = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static string Rule(string id, string when, int threshold) => $$"""
          - id: {{id}}
            title: { zh: 高温, en: Hot }
            kind: smoke-detector
            quantity: temperature
            when: {{when}}
            red: "> {{threshold}}"
            basis: site

        """;

    [Fact]
    public async Task An_edit_under_load_loses_no_open_episode_that_still_holds_and_says_what_it_closed()
    {
        using var temp = new TempFolder("rules");
        var file = temp.PathOf("rules.yaml");
        Write(Rule("hot", "last", 60), Rule("warm", "mean(60s)", 40));
        using var logs = new Lines();
        await using var server = await TestServer.StartAsync(o => o with { Rules = file }, logs: logs);
        using var gateway = await TestGateway.ConnectAsync(server, "gw-7");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancel);
        var temperature = 80;
        long published = 0;
        var load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                for (var i = 0; i < Detectors; i++)
                {
                    await gateway.PublishAsync($"pingan/v1/gw-7/smoke-detector/sd-{i}", $$"""{"temperature":{{Volatile.Read(ref temperature)}}}""");
                    published++;
                }
            }
        });
        await OpenAsync("hot", "warm");
        var first = List();

        // Another threshold: what it still holds for goes on under its name.
        Write(Rule("hot", "last", 70), Rule("warm", "mean(60s)", 40));
        await InForceAsync(r => r.Id == "hot" && r.Bands[0].Threshold == 70);
        await PublishedAsync();
        List().Should().BeEquivalentTo(first);

        // Another window: the episode of the old one is closed, and what holds is said anew.
        Write(Rule("hot", "last", 70), Rule("warm", "mean(50s)", 40));
        await Until.TrueAsync(() => List().Count(a => a is { Rule: "warm", Active: true, Episodes: 2 }) == Detectors, Limit);
        Noted("warm", "its window means something else now").Should().Be(Detectors);

        // One more rule, then one less.
        Write(Rule("hot", "last", 70), Rule("warm", "mean(50s)", 40), Rule("new", "max(10s)", 50));
        await OpenAsync("hot", "warm", "new");
        Write(Rule("hot", "last", 70), Rule("new", "max(10s)", 50));
        await Until.TrueAsync(() => List().All(a => a.Rule != "warm" || !a.Active), Limit);
        Noted("warm", "the rule is gone").Should().Be(Detectors);

        // T-17: a bomb is refused, with all that was in force still in force.
        await File.WriteAllTextAsync(file, new string('[', 100_000), TestServer.Cancel);
        var rules = new V1.RuleService.RuleServiceClient(server.Channel);
        await Until.TrueAsync(() => rules.GetLastErrors(new V1.GetLastErrorsRequest()).Errors.Count > 0, Limit);
        await PublishedAsync();
        var hot = List().Where(a => a.Rule == "hot").ToList();
        hot.Should().BeEquivalentTo(first.Where(a => a.Rule == "hot"), "through all of it these were one episode each");
        List().Count(a => a.Active).Should().Be(2 * Detectors);

        Volatile.Write(ref temperature, 20);
        await Until.TrueAsync(() => List().All(a => a.Rule != "hot" || !a.Active), Limit);
        List().Where(a => a.Rule == "hot").Should().HaveCount(Detectors).And.OnlyContain(a => a.Episodes == 1);
        Console.Out.WriteLine("T-17: 1 cases, 0 failures (a bomb for a rule file while alerts are open)");
        await stop.CancelAsync();
        await load;

        void Write(params string[] rules) => File.WriteAllText(file, "rules:\n" + string.Concat(rules));
        List<(string Rule, string Id, int Episodes, bool Active)> List() =>
            [.. server.Alerts.List(new V1.ListRequest { IncludeClosed = true, PageSize = 200 }).Alerts.Select(a => (a.RuleId, a.Id, a.Occurrences, a.Active))];
        Task OpenAsync(params string[] ids) => Until.TrueAsync(() => ids.All(id => List().Count(a => a.Rule == id && a.Active) == Detectors), Limit);
        Task InForceAsync(Func<V1.Rule, bool> which) =>
            Until.TrueAsync(() => new V1.RuleService.RuleServiceClient(server.Channel).ListRules(new V1.ListRulesRequest()).Rules.Any(which), Limit);

        // The shards change rules in their own time; a few hundred readings on they have.
        Task PublishedAsync()
        {
            var enough = Volatile.Read(ref published) + 500;
            return Until.TrueAsync(() => Volatile.Read(ref published) > enough, Limit);
        }

        int Noted(string id, string reason) => logs.All.Where(l => l.Contains($"RuleId = {id}, ", StringComparison.Ordinal) && l.Contains(reason, StringComparison.Ordinal))
            .Sum(l => int.Parse(l.Split("EpisodesClosed = ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Every line that the server logs.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();

        public IEnumerable<string> All => lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
