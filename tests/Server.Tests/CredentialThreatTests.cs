using System.Collections.Concurrent;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server.Tests;

/// <summary>T-24: guessing, and secrets that lie about. Default credentials there are none: a start beyond loopback without officers is refused (<see cref="OptionsTests"/>).</summary>
public sealed class CredentialThreatTests
{
    private const int Guesses = 10_000;
    private const int Canaries = 20;

    [Fact]
    public async Task T24_ten_thousand_guesses_are_locked_out_and_a_restart_forgives_none()
    {
        using var temp = new TempFolder("t24");
        var folder = temp.FullName;
        var wall = new StoppedWall();
        long heard = 0, refused = 0, other = 0;
        await using (var server = await OfficerTests.StartAsync(folder, wall))
        {
            await OfficerTests.MakeChiefAsync(server);
            var duty = new V1.DutyService.DutyServiceClient(server.Channel);
            await Parallel.ForEachAsync(Enumerable.Range(0, Guesses), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, ct) =>
            {
                switch (await TryAsync(duty, i % 3 == 0 ? $"nobody-{i}" : "chief", $"guess number {i}"))
                {
                    case StatusCode.Unauthenticated:
                        Interlocked.Increment(ref heard);
                        break;
                    case StatusCode.ResourceExhausted:
                        Interlocked.Increment(ref refused);
                        break;
                    default:
                        Interlocked.Increment(ref other);
                        break;
                }
            });
        }

        await using (var server = await OfficerTests.StartAsync(folder, wall))
        {
            var duty = new V1.DutyService.DutyServiceClient(server.Channel);
            (await TryAsync(duty, "chief", "correct horse battery")).Should().Be(StatusCode.ResourceExhausted, "the lock is on disk");
            wall.Advance(TimeSpan.FromMinutes(15));
            (await TryAsync(duty, "chief", "correct horse battery")).Should().Be(StatusCode.OK, "no lock is for ever");
        }

        // What gets through while the clock stands: 5 a name and 20 an address, and what was being hashed when the lock came.
        var failures = other + (heard > 60 ? heard - 60 : 0);
        Report(Guesses, failures, $"guesses; {heard} heard, {refused} refused unheard");
        failures.Should().Be(0);
    }

    [Fact]
    public async Task T24_no_secret_is_in_a_log_line_an_error_an_entry_or_a_file()
    {
        using var temp = new TempFolder("t24");
        var folder = temp.FullName;
        using var logs = new Lines();
        var secrets = new List<string>();
        var errors = new StringBuilder();
        await using (var server = await TestServer.StartAsync(o => o with { Officers = new OfficersSection { Local = true } }, folder, logs: logs))
        {
            var chief = await OfficerTests.MakeChiefAsync(server);
            secrets.Add(server.Host.SetupToken!);
            secrets.Add(chief.GetValue("authorization")!["Bearer ".Length..]);
            var duty = new V1.DutyService.DutyServiceClient(server.Channel);
            for (var i = 0; i < Canaries - 2; i++)
            {
                var password = $"canary-{i:D2}-Zq7!xk-secret";
                secrets.Add(password);
                var officer = new V1.DutyOfficer { Name = $"officer-{i}", Roles = { V1.Role.Officer }, Territory = "d01" };
                await duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = officer, Password = i % 2 == 0 ? password : "" }, chief);
                await NoteAsync(errors, () => duty.CreateOfficerAsync(new V1.CreateOfficerRequest { Officer = officer, Password = password }, chief).ResponseAsync);
                await NoteAsync(errors, () => duty.SignInAsync(new V1.SignInRequest { Name = $"other-{i}", Password = password }).ResponseAsync);
                await NoteAsync(errors, () => duty.RefreshSessionAsync(new V1.RefreshSessionRequest { RefreshToken = password }).ResponseAsync);
                await NoteAsync(errors, () => duty.SetUpAsync(new V1.SetUpRequest { SetupToken = password, Name = "x", Password = password }).ResponseAsync);
            }

            var found = secrets.Where(s => logs.Text.Contains(s, StringComparison.Ordinal) || errors.ToString().Contains(s, StringComparison.Ordinal)).ToList();
            found.Should().BeEmpty("neither logs nor errors");
        }

        logs.Text.Should().NotBeEmpty("else nothing was looked at");
        var inFiles = new List<string>();
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            inFiles.AddRange(secrets.Where(s => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(s)) >= 0).Select(s => $"{Path.GetFileName(file)}: {s}"));
        }

        // The ledger itself has not even the hashes.
        var ledger = File.ReadAllBytes(Path.Combine(folder, "ledger", "ledger.db"));
        if (ledger.AsSpan().IndexOf("pbkdf2"u8) >= 0)
        {
            inFiles.Add("ledger.db has a password's hash");
        }

        File.ReadAllText(Path.Combine(folder, SecretStore.FileName), Encoding.Latin1).Should().Contain("pbkdf2-sha256$600000$");
        Report(secrets.Count, inFiles.Count, "secrets sought in logs, errors and all files");
        inFiles.Should().BeEmpty();
    }

    private static async Task<StatusCode> TryAsync(V1.DutyService.DutyServiceClient duty, string name, string password)
    {
        try
        {
            await duty.SignInAsync(new V1.SignInRequest { Name = name, Password = password }, cancellationToken: TestServer.Cancel);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private static async Task NoteAsync<T>(StringBuilder errors, Func<Task<T>> call)
    {
        try
        {
            await call();
        }
        catch (RpcException e)
        {
            errors.AppendLine(e.ToString()).AppendLine(e.GetRpcStatus()?.ToString());
        }
    }

    private static void Report(long cases, long failures, string note)
    {
        var line = $"T-24: {cases} cases, {failures} failures ({note})";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();

        public string Text => string.Join('\n', lines);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
