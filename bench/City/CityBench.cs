using System.Globalization;
using HdrHistogram;
using PingAnIoT.Server;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>
/// A whole fleet through the real server: registered, played over MQTT, watched by an officer, the server killed once in the middle. Afterwards what was
/// acknowledged is looked up in the journal, message by message, and what the officer was told in the ledger.
/// </summary>
internal static class CityBench
{
    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        if (CityOptions.Read(arguments) is not { } options)
        {
            Console.WriteLine($"--fleet is one of {string.Join(", ", FleetShape.All.Select(s => s.Name))}");
            return 2;
        }

        var run = await RunAsync(options);
        if (arguments.Has("no-results"))
        {
            run.Report.Print();
        }
        else
        {
            run.Report.Write(options.Name);
        }

        return Told(run);
    }

    /// <summary>Says what must not have happened.</summary>
    /// <returns>The exit status.</returns>
    public static int Told(Outcome run)
    {
        run.Wrong.ForEach(w => Console.WriteLine("WRONG: " + w));
        return run.Wrong.Count == 0 ? 0 : 1;
    }

    public static async Task<Outcome> RunAsync(CityOptions options)
    {
        var folder = options.Folder is null ? ServerChild.NewDataFolder() : Directory.CreateDirectory(Path.Combine(options.Folder, options.Name + "-" + Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            return await RunAsync(options, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Outcome> RunAsync(CityOptions options, string folder)
    {
        Console.WriteLine($"seed {options.Seed}");
        var fleet = new Fleet(options.Shape, options.Seed);
        var register = Path.Combine(folder, "register.csv");
        await using (var writer = new StreamWriter(register))
        {
            FleetRegister.WriteCsv(fleet, writer);
        }

        await using var server = new CityServer(folder, register);
        await server.StartAsync();
        var firstStart = server.Child.StartTime;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fleet.Devices:N0} devices, {fleet.Points:N0} points, {fleet.Gateways.Length} gateways; the server started in {firstStart.TotalSeconds:F1} s"));
        var plan = options.Plan(fleet, TimeProvider.System, options.IsRealTime ? LeadSeconds(options, fleet) : 0);
        var seen = await new CityRun(options, plan, server).RunAsync();
        await server.Child.StopAsync();
        Console.WriteLine("played; the journal is read, and all is said once more to compare");
        var journal = JournalProof.Of(server.Data, plan, options, seen.Load);
        var ledger = LedgerProof.Of(server.Data, seen.Seen, seen.ToldUntil);
        var isClean = await ServerChild.VerbAsync("verify", "--data", server.Data) == 0;
        return new Outcome(seen, CityReport.Of(options, plan, seen, journal, ledger, isClean, firstStart), CityReport.Wrong(seen, journal, ledger, isClean));
    }

    /// <summary>In real time the plan begins at a moment to come, and making it takes a while, which is tried out first.</summary>
    private static double LeadSeconds(CityOptions options, Fleet fleet)
    {
        const double Margin = 1.3, LeastSeconds = 3;
        var begin = TimeProvider.System.GetTimestamp();
        var trial = options.Plan(fleet, TimeProvider.System, 0);
        _ = new FleetSource(trial, options.Source());
        _ = new LatencySample(trial, isRealTime: true);
        var seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"about {trial.Count:N0} things happen; the plan takes {seconds:F1} s to make"));
        return (seconds * Margin) + LeastSeconds;
    }

    /// <summary>A run that is over.</summary>
    /// <param name="Seen">What was seen of it.</param>
    /// <param name="Report">The same as a table.</param>
    /// <param name="Wrong">What must not have happened; empty for a good run.</param>
    internal sealed record Outcome(CityResult Seen, Report Report, List<string> Wrong);
}
