using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>What devices do in a scenario: <c>red gas-pipe/gp-1 in d01/s03/c02/g07 behind gw-7+gw-8 latched</c>; later <c>yellow</c> or <c>normal</c>, of the last one named.</summary>
/// <remarks><c>fault gateway/gw-7 serving d01/s03+d01/s04</c> has no place of its own, nor has one <c>serving nothing</c>; of one <c>nowhere</c> nobody knows what it serves.</remarks>
public sealed class TimelinePlant : IDisposable
{
    private static readonly string[] Colours = ["red", "yellow", "green", "fault", "normal"];
    private readonly DeviceRegister register = new(Catalog.Default);
    private readonly Dictionary<string, (Plant Plant, string? Id)> plants = new(StringComparer.Ordinal);

    public string Last { get; private set; } = "";

    public int Count => plants.Count;

    public static bool Speaks(string word) => Colours.Contains(word, StringComparer.Ordinal);

    /// <summary>Of several, <c>yellow gas-pipe/gp-1..12, then red gas-pipe/gp-13</c>, all come in one commit.</summary>
    public async Task PostAsync(Ledger ledger, string[] words, long now, CancellationToken cancellationToken)
    {
        var posts = string.Join(' ', words).Split(", then ").Select(t => t.Split(' ')).SelectMany(t => Names(t).Select(name => (Colour: t[0], Name: name, Known: Find(ledger, name, t)))).ToList();
        var post = () => posts.ForEach(p => ledger.Post(p.Known.Plant.To(Enum.Parse<Severity>(p.Colour, ignoreCase: true), now)));
        if (posts.Count == 1)
        {
            post();
        }
        else
        {
            await TogetherAsync(ledger, post, cancellationToken);
        }

        await ledger.FlushAsync(cancellationToken);
        foreach (var (_, name, known) in posts)
        {
            plants[name] = known with { Id = ledger.Book.Alerts.Values.FirstOrDefault(a => a.Device == known.Plant.Device.Device)?.Id ?? known.Id };
            Last = name;
        }
    }

    /// <summary>An alert that no device raised: that of a duty check.</summary>
    public void Adopt(string name, string id) => plants[name] = (new Plant(name), id);

    public string IdOf(string? name) =>
        plants.TryGetValue(name ?? Last, out var plant) && plant.Id is { } id ? id : throw new InvalidOperationException($"there is no alert of '{name ?? Last}'");

    /// <summary>The device of an alert where there are several; null where there is only one.</summary>
    public string? NameOf(string alertId) => plants.Count < 2 ? null : plants.FirstOrDefault(p => p.Value.Id == alertId).Key;

    public void Dispose() => plants.Clear();

    /// <summary><c>gas-pipe/gp-1</c>, or <c>gas-pipe/gp-1..12</c>; without one the last.</summary>
    private IEnumerable<string> Names(string[] words)
    {
        if (words.Length == 1 || words[1].Split("..") is not [var first, var last])
        {
            return [words.Length == 1 ? Last : words[1]];
        }

        var stem = first.TrimEnd("0123456789".ToCharArray());
        var from = int.Parse(first[stem.Length..], CultureInfo.InvariantCulture);
        return Enumerable.Range(from, int.Parse(last, CultureInfo.InvariantCulture) - from + 1).Select(i => string.Create(CultureInfo.InvariantCulture, $"{stem}{i}"));
    }

    /// <summary>While the ledger's writer waits, so that none of them is committed before another.</summary>
    private static async Task TogetherAsync(Ledger ledger, Action post, CancellationToken cancellationToken)
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var posted = new ManualResetEventSlim();
        var held = ledger.DecideAsync(
            _ =>
            {
                waits.TrySetResult();
                posted.Wait(cancellationToken);
                return new CommandResult(CommandOutcome.NotFound);
            },
            cancellationToken);
        try
        {
            await waits.Task.WaitAsync(cancellationToken);
            post();
        }
        finally
        {
            posted.Set();
        }

        await held;
    }

    private (Plant Plant, string? Id) Find(Ledger ledger, string name, string[] words)
    {
        if (plants.TryGetValue(name, out var known))
        {
            return known;
        }

        var kind = name.Split('/')[0];
        var device = name.Split('/')[1];
        var at = Array.IndexOf(words, "in");
        var (behind, unit) = (Array.IndexOf(words, "behind"), Array.IndexOf(words, "unit"));
        var kindIndex = Catalog.Default.Kinds.ToList().FindIndex(k => k.Name == kind);
        var like = new Plant(device);
        var serving = Array.IndexOf(words, "serving");
        if (serving >= 0)
        {
            Serve(ledger, device, words[serving + 1]);
        }

        var plant = new Plant(device)
        {
            Device = like.Device with { Kind = kindIndex, Territory = serving >= 0 || words.Contains("nowhere") ? "" : at < 0 ? "d01/s03/c02/g07" : words[at + 1],
                Gateways = behind < 0 ? like.Device.Gateways : words[behind + 1].Split('+'), OwnerUnit = unit < 0 ? like.Device.OwnerUnit : words[unit + 1],
            },
            Rule = like.Rule with { Kind = kindIndex, IsLatched = words.Contains("latched") },
            Kind = kind,
        };
        return (plant, null);
    }

    private void Serve(Ledger ledger, string gateway, string territories)
    {
        foreach (var territory in territories.Split('+').Where(t => t != "nothing"))
        {
            register.Register(new DeviceRecord { Device = $"gp-{register.Count}", Kind = 0, Gateways = [gateway], Territory = territory });
        }

        ledger.UseGateways(new GatewayPlaces(register));
    }
}
