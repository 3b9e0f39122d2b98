using System.Text;
using System.Text.RegularExpressions;

namespace PingAnIoT.Ingest.Tests;

/// <summary>Base names and names joined and parted, against the plainest way to do it.</summary>
public sealed class SenmlNamesTests
{
    private static readonly string[] Pieces =
    [
        "", "a", "/", "-a", "pressure", "flow", "x:y.z_0", "1-2", "gas-pipe/", "gas-pipe/d1", "gas-pipe/d1/", "gas-pipe/d2/", "gas-pipe/d1/flow", "gas-pipe//",
        "gas pipe/", "/d1/", "ü/", "p\u007f", "@", "[", "`", "{", "a-name-of-17-bytes", "a-name-of-17-byt/", new('b', 100), new string('b', 100) + "/", new('c', 128), new('d', 129),
    ];

    [Fact]
    public void Any_names_in_any_order_are_joined_as_the_RFC_says()
    {
        const int seed = 20_261_122;
        var random = new Random(seed);
        var names = new SenmlNames();
        for (var pack = 0; pack < 20_000; pack++)
        {
            names.Begin();
            var baseName = "";
            for (var record = random.Next(1, 8); record > 0; record--)
            {
                names.BeginRecord();
                var name = random.Next(5) == 0 ? "" : Pieces[random.Next(Pieces.Length)];
                var nameFirst = random.Next(2) == 0;
                if (nameFirst)
                {
                    names.SetName(Encoding.UTF8.GetBytes(name));
                }

                if (random.Next(3) == 0)
                {
                    baseName = Pieces[random.Next(Pieces.Length)];
                    names.SetBase(Encoding.UTF8.GetBytes(baseName));
                }

                if (!nameFirst)
                {
                    names.SetName(Encoding.UTF8.GetBytes(name));
                }

                Join(names).Should().Be(Naively(baseName, name), $"seed {seed} pack {pack}: '{baseName}' and '{name}'");
            }
        }
    }

    [Fact]
    public void Records_of_one_device_share_its_name()
    {
        var names = new SenmlNames();
        names.Begin();
        foreach (var (baseName, name) in new[] { ("k/d1/", "a"), ("k/d1/", "b"), ("", "k/d1/c"), ("k/d2/", "a"), ("k/d1/", "a") })
        {
            names.BeginRecord();
            names.SetBase(Encoding.UTF8.GetBytes(baseName));
            names.SetName(Encoding.UTF8.GetBytes(name));
            names.TryJoin(out _, out _).Should().BeTrue();
        }

        names.Devices.ToArray().Select(d => Encoding.UTF8.GetString(names.Texts.Slice(d.Start, d.Length))).Should().Equal("k/d1", "k/d2", "k/d1");
    }

    private static string Join(SenmlNames names)
    {
        if (!names.TryJoin(out var device, out var quantity))
        {
            return "invalid";
        }

        return quantity.Length < 0 ? "too long" : $"{(device < 0 ? "-" : Text(names, names.Devices[device]))} | {Text(names, quantity)}";
    }

    private static string Naively(string baseName, string name)
    {
        var whole = baseName + name;
        if (Encoding.UTF8.GetByteCount(whole) > JsonText.MaximumNameBytes)
        {
            return "too long";
        }

        if (!Regex.IsMatch(whole, @"\A[A-Za-z0-9][-A-Za-z0-9:./_]*\z"))
        {
            return "invalid";
        }

        var slash = whole.LastIndexOf('/');
        return $"{(slash < 0 ? "-" : whole[..slash])} | {whole[(slash + 1)..]}";
    }

    private static string Text(SenmlNames names, SenmlName name) => Encoding.UTF8.GetString(names.Texts.Slice(name.Start, name.Length));
}
