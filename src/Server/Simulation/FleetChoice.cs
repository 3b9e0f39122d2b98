using System.CommandLine;
using System.Globalization;
using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>The options that say which fleet is played, for how long and what happens to it.</summary>
internal sealed class FleetChoice
{
    /// <summary>Where a virtual run begins unless told otherwise: a Sunday morning at 6 in China.</summary>
    private static readonly DateTimeOffset UsualStart = new(2026, 3, 1, 6, 0, 0, TimeSpan.FromHours(8));

    private const double UsualAcceleration = 500;
    private const double UsualMinutes = 240;
    private const double MostMinutes = 366 * 24 * 60;

    private readonly Option<string> fleet = new("--fleet")
    {
        Description = $"Which: {string.Join(", ", FleetShape.All.Select(s => s.Name))}.",
        DefaultValueFactory = _ => FleetShape.District.Name,
    };

    private readonly Option<string?> timeline = new("--timeline") { Description = "What happens when, as a timeline file; it says fleet, seed, start and length itself." };
    private readonly Option<ulong> seed = new("--seed") { Description = "The same seed gives the same bytes.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> minutes = new("--minutes") { Description = "How long, by the fleet's clock.", DefaultValueFactory = _ => 60 };
    private readonly Option<string?> start = new("--start") { Description = "When it begins by the fleet's clock, e.g. 2026-03-01T06:00+08:00; against a server it is usually now." };

    private readonly Option<double?> acceleration = new("--acceleration")
    {
        Description = "How many years of ailments happen to the devices in one; 0 for a healthy fleet. Usually what fills four hours, squeezed into the run.",
    };

    private readonly Option<double> linkAcceleration = new("--link-acceleration")
    {
        Description = "The same for the gateways' links.",
        DefaultValueFactory = _ => 20,
    };

    public void AddTo(Command command)
    {
        command.Add(fleet);
        command.Add(timeline);
        command.Add(seed);
        command.Add(minutes);
        command.Add(start);
        command.Add(acceleration);
        command.Add(linkAcceleration);
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="startOf">Unix seconds where a run of so many seconds begins unless --start says otherwise; null where it may choose.</param>
    /// <param name="errors">Told what is wrong.</param>
    /// <returns>Null when something is.</returns>
    public TruthPlan? Read(ParseResult parsed, Func<double, double>? startOf, TextWriter errors)
    {
        double? from = null;
        if (parsed.GetValue(start) is { } moment && !TryStart(moment, errors, out from))
        {
            return null;
        }

        if (parsed.GetValue(timeline) is { } file)
        {
            return ReadTimeline(file, from, startOf, errors);
        }

        var shape = FleetShape.Find(parsed.GetValue(fleet)!);
        if (shape is null)
        {
            errors.WriteLine($"--fleet '{parsed.GetValue(fleet)}' is none of {string.Join(", ", FleetShape.All.Select(s => s.Name))}.");
            return null;
        }

        if (parsed.GetValue(minutes) is not (> 0 and <= MostMinutes))
        {
            errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"--minutes is more than 0 and at most {MostMinutes:N0}, a year."));
            return null;
        }

        var plant = new Fleet(shape, parsed.GetValue(seed));
        from ??= startOf?.Invoke(parsed.GetValue(minutes) * 60) ?? UsualStart.ToUnixTimeSeconds();
        var to = from.Value + (parsed.GetValue(minutes) * 60);
        var squeezed = UsualAcceleration * Math.Max(1, UsualMinutes / parsed.GetValue(minutes));
        if ((parsed.GetValue(acceleration) ?? squeezed) is not (> 0 and var factor))
        {
            return TruthPlan.Healthy(plant, from.Value, to);
        }

        // A short run has no room for a quarter of an hour of quiet at either end.
        var margin = Math.Min(900, parsed.GetValue(minutes) * 60 / 8);
        var year = new RandomYear
        {
            Seed = plant.Seed,
            Acceleration = factor,
            LinkAcceleration = Math.Max(0, parsed.GetValue(linkAcceleration)),
            LeadInSeconds = margin,
            TailSeconds = margin,
        };
        return TruthPlan.Random(plant, year, from.Value, to);
    }

    private static TruthPlan? ReadTimeline(string file, double? from, Func<double, double>? startOf, TextWriter errors)
    {
        if (InputFile.Read(file, errors) is not { } text)
        {
            return null;
        }

        var result = Timeline.Parse(text, file, startSeconds: from);
        if (from is null && startOf is not null && result.Plan is { } plan)
        {
            // How long it is it says itself, so where it begins is known only now.
            result = Timeline.Parse(text, file, startSeconds: startOf(plan.To - plan.From));
        }

        foreach (var error in result.Errors)
        {
            errors.WriteLine(error);
        }

        return result.Plan;
    }

    private static bool TryStart(string text, TextWriter errors, out double? from)
    {
        from = null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
        {
            from = moment.ToUnixTimeSeconds();
            return true;
        }

        errors.WriteLine($"--start '{text}' is no moment such as 2026-03-01T06:00+08:00.");
        return false;
    }
}
