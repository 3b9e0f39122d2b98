using System.Reflection;
using CsCheck;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Alerts packed and unpacked, and the book's image in place of its rows.</summary>
public class BookImageTests
{
    [Fact]
    public void Whatever_an_alert_has_is_there_after_packing() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var alert = Any(new Random(seed));
                alert = seed % 2 == 0 ? alert : alert with { Deadlines = [.. alert.Deadlines.Select(d => d with { DueMicros = alert.RaisedAtMicros + (d.DueMicros % 1_000_000 * 1_000_000) })] };
                var words = new WordTable();
                var packed = PackedAlert.Of(alert, words, new PackWriter());
                packed.Unpack().Should().BeEquivalentTo(alert, o => o.ComparingByMembers<Alert>().WithStrictOrdering());
                (packed.Id, packed.Series, packed.Territory, packed.RuleId, packed.Kind).Should().Be((alert.Id, alert.Series, alert.Territory, alert.RuleId, alert.Kind));
                (packed.IsActive, packed.IsOpen, packed.PeakColour, packed.FirstSequence).Should().Be((alert.IsActive, alert.IsOpen, alert.PeakColour, alert.FirstSequence));
                (packed.OwnerUnit, packed.HasId(alert.Id), packed.IsOf(alert.RuleId, alert.Series)).Should().Be((alert.OwnerUnit, true, true));
                (packed.HasId(alert.Id + "x"), packed.IsOf(alert.RuleId, "x" + alert.Series), packed.IsOf("x" + alert.RuleId, alert.Series)).Should().Be((false, false, false));
                packed.DueMicros.Should().Be(alert.Deadlines.Select(d => d.DueMicros).DefaultIfEmpty(long.MaxValue).Min());
            },
            iter: 500);

    [Fact]
    public void The_map_is_what_a_dictionary_is_whatever_is_put_and_taken()
    {
        Gen.Select(Gen.Int[0, 300], Gen.Bool).Array[0, 600].Sample(
            steps =>
            {
                var (map, plain, words, writer) = (AlertMap.Empty, new Dictionary<string, Alert>(StringComparer.Ordinal), new WordTable(), new PackWriter());
                var earlier = (Map: map, Count: 0);
                foreach (var (number, puts) in steps)
                {
                    var alert = Some(number, plain.Count);
                    if (puts)
                    {
                        plain[alert.Id] = alert;
                        map = map.With(PackedAlert.Of(alert, words, writer));
                    }
                    else
                    {
                        plain.Remove(alert.Id);
                        map = map.Without(alert.Id);
                    }

                    earlier = plain.Count == 7 ? (map, 7) : earlier;
                }

                map.Count.Should().Be(plain.Count);
                map.Keys.Order(StringComparer.Ordinal).Should().Equal(plain.Keys.Order(StringComparer.Ordinal));
                earlier.Map.Values.Count().Should().Be(earlier.Count, "what was taken before stays as it was");
                foreach (var alert in plain.Values)
                {
                    map[alert.Id].LastSequence.Should().Be(alert.LastSequence);
                    map.FindLive(alert.RuleId, alert.Series)!.Id.Should().Be(alert.Id);
                }

                var made = AlertMap.Of([.. plain.Values.Select(a => PackedAlert.Of(a, words, writer))]);
                made.Keys.Order(StringComparer.Ordinal).Should().Equal(plain.Keys.Order(StringComparer.Ordinal));
                made.Count.Should().Be(plain.Count);
                plain.Values.All(a => made.FindLive(a.RuleId, a.Series)!.Id == a.Id && made.ContainsKey(a.Id)).Should().BeTrue("it is the same when it is made in one go");
                map.FindLive("r", "no/such/series").Should().BeNull();
                map.ContainsKey("NONE").Should().BeFalse();
            },
            iter: 100);
    }

    [Fact]
    public void Incidents_that_are_loaded_are_those_that_came_one_by_one() =>
        Gen.Int[0, int.MaxValue].Array[0, 40].Sample(
            seeds =>
            {
                var (loaded, applied, words, writer) = (new IncidentIndex(), new IncidentIndex(), new WordTable(), new PackWriter());
                var alerts = seeds.Select((seed, i) => Member(new Random(seed), i)).Where(a => a.IsLive).ToList();
                foreach (var alert in alerts)
                {
                    applied.Apply(null, alert);
                    loaded.Load(PackedAlert.Of(alert, words, writer));
                }

                loaded.Rollback();
                foreach (var alert in alerts)
                {
                    var place = IncidentPlace.Of(alert, alert.Incident?.Cause ?? IncidentCause.Hazard);
                    loaded.Find(place, 0, long.MaxValue / 2).Should().Be(applied.Find(place, 0, long.MaxValue / 2));
                    loaded.OfDeadGateway(alert.Device).Should().Be(applied.OfDeadGateway(alert.Device));
                }

                loaded.Behind.Select(b => (b.Key, string.Join(' ', b.Value))).Should().Equal(applied.Behind.Select(b => (b.Key, string.Join(' ', b.Value))));
            },
            iter: 500);

    [Fact]
    public async Task A_start_from_the_image_and_what_came_after_it_is_a_start_from_the_rows()
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { ImageFrom = 1 };
        var ledger = kit.Open();
        var plants = Enumerable.Range(0, 40).Select(i => new Plant($"gp-{i}")).ToArray();
        foreach (var plant in plants)
        {
            ledger.Post(plant.To(Severity.Yellow, kit.Now + 1));
        }

        await kit.FlushAsync();
        await kit.CloseAsync();
        var image = File.ReadAllBytes(Image(kit));
        ledger = kit.Open();
        var ids = ledger.Book.Alerts.Keys.Order(StringComparer.Ordinal).ToList();
        for (var i = 0; i < 10; i++)
        {
            await ledger.AcknowledgeAsync(new AlertCommand(ids[i], new Officer("wang"), "a" + i), default);
            await ledger.CloseAsync(new AlertCommand(ids[i], new Officer("wang"), "c" + i, "nothing"), Verdict.False, default);
        }

        ledger.Post(plants[0].To(Severity.Normal, kit.Now + 2));
        ledger.Post(new Plant("late").To(Severity.Red, kit.Now + 3));
        await kit.FlushAsync();
        var wanted = Describe(ledger.Book);
        await kit.CloseAsync();

        // As after a kill: the image is of before.
        File.WriteAllBytes(Image(kit), image);
        Describe(kit.Open().Book).Should().Be(wanted);
        await kit.CloseAsync();
        File.Delete(Image(kit));
        Describe(kit.Open().Book).Should().Be(wanted, "without one the rows are read");
        await kit.CloseAsync();
        LedgerVerifier.Verify(kit.Options).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task An_image_that_is_damaged_cut_or_of_another_ledger_is_not_taken()
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { ImageFrom = 1 };
        kit.Open().Post(new Plant("one").To(Severity.Red, kit.Now + 1));
        await kit.FlushAsync();
        var wanted = Describe(kit.Ledger.Book);
        await kit.CloseAsync();
        var image = File.ReadAllBytes(Image(kit));
        BookImage.Read(kit.Options.Folder).Should().NotBeNull();
        for (var i = 0; i < image.Length; i++)
        {
            var damaged = image.ToArray();
            damaged[i] ^= 0x40;
            File.WriteAllBytes(Image(kit), damaged);
            BookImage.Read(kit.Options.Folder).Should().BeNull($"byte {i} is damaged");
            File.WriteAllBytes(Image(kit), image[..i]);
            BookImage.Read(kit.Options.Folder).Should().BeNull($"it ends after {i} bytes");
        }

        File.WriteAllBytes(Image(kit), image);
        await using var other = new LedgerKit();
        other.Options = other.Options with { ImageFrom = 1 };
        other.Open().Post(new Plant("two").To(Severity.Red, other.Now + 1));
        await other.FlushAsync();
        await other.CloseAsync();
        File.Copy(Image(kit), Image(other), overwrite: true);
        other.Open().Book.Alerts.Values.Single().Device.Should().Be("two");
        await other.CloseAsync();
        Describe(kit.Open().Book).Should().Be(wanted);
    }

    [Fact]
    public void A_draft_that_is_forgotten_leaves_the_words_of_what_was_committed()
    {
        var (book, words, others, writer) = (new AlertBook(), new WordTable(), new WordTable(), new PackWriter());
        book.Load(AlertMap.Of([PackedAlert.Of(Some(1, 1), words, writer)]), words, [], DutyBook.Empty);
        book.Commit(1, HashChain.Start);
        book.Load(AlertMap.Of([PackedAlert.Of(Some(2, 2), others, writer)]), others, [], DutyBook.Empty);
        book.Rollback();
        book.Commit(1, HashChain.Start);
        book.Current.Words.Should().BeSameAs(words);
        book.Current.Alerts.Keys.Should().Equal("ID-1");
    }

    private static string Image(LedgerKit kit) => Path.Combine(kit.Options.Folder, BookImage.FileName);

    private static string Describe(BookSnapshot book) => book.Sequence + "\n" + string.Join(
        '\n', book.Alerts.Values.OrderBy(a => a.Id, StringComparer.Ordinal).Select(a => System.Text.Json.JsonSerializer.Serialize(a, AlertsJson.Readable.Alert)));

    /// <summary>One of few places and incidents, so that they meet.</summary>
    private static Alert Member(Random random, int number) => Any(random) with
    {
        Id = $"ID-{number}", FirstSequence = number, Kind = random.Next(4) == 0 ? Catalog.GatewayKind : "gas-pipe", Device = "d" + random.Next(3),
        Gateway = "d" + random.Next(3), Territory = random.Next(2) == 0 ? "" : "a/b", OwnerUnit = random.Next(2) == 0 ? "" : "gas",
        Behind = random.Next(3) == 0 ? $"ID-{random.Next(number + 1)}" : null,
        Incident = random.Next(8) == 0 ? null : new IncidentRef(random.Next(1, 5), (IncidentCause)random.Next(1, 5), 0),
    };

    private static Alert Some(int number, long sequence) =>
        Any(new Random(number)) with { Id = $"ID-{number}", RuleId = "r", Series = $"k/{number}/q", LastSequence = sequence };

    /// <summary>Every property that there is gets something, now or later, whoever has added it.</summary>
    private static Alert Any(Random random)
    {
        var alert = (Alert)Make(typeof(Alert), random)!;
        return random.Next(2) == 0 ? alert : alert with { Series = $"{alert.Kind}/{alert.Device}/{alert.Quantity}" };
    }

    private static object? Make(Type type, Random random)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return random.Next(2) == 0 ? null : Make(inner, random);
        }

        if (type.IsEnum)
        {
            var values = Enum.GetValues(type);
            return values.GetValue(random.Next(values.Length));
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var list = Array.CreateInstance(type.GetGenericArguments()[0], random.Next(4));
            for (var i = 0; i < list.Length; i++)
            {
                list.SetValue(Make(type.GetGenericArguments()[0], random), i);
            }

            return list;
        }

        var seed = random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture);
        return type switch
        {
            _ when type == typeof(string) => random.Next(4) == 0 ? "" : "燃气 é/" + seed[..(random.Next(seed.Length) + 1)],
            _ when type == typeof(long) => random.NextInt64(-5_000_000, 4_000_000_000_000_000),
            _ when type == typeof(int) => random.Next(),
            _ when type == typeof(double) => random.Next(8) switch
            {
                0 => double.NaN,
                1 => double.PositiveInfinity,
                2 => double.NegativeInfinity,
                _ => random.NextDouble() * 1e6,
            },
            _ when type == typeof(bool) => random.Next(2) == 0,
            _ => Build(type, random),
        };
    }

    private static object Build(Type type, Random random)
    {
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First(c => c.GetParameters() is not [var only] || only.ParameterType != type);
        var nullability = new NullabilityInfoContext(); // One a call: it is not for several threads, and samples run on several.
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p => Make(p.ParameterType, random))]);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && constructor.GetParameters().All(c => c.Name != p.Name)))
        {
            property.SetValue(made, nullability.Create(property).WriteState == NullabilityState.Nullable && random.Next(2) == 0 ? null : Make(property.PropertyType, random));
        }

        return made;
    }
}
