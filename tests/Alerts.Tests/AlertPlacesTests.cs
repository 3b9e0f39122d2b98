using CsCheck;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Who sees what is in several places, and who has all of it.</summary>
public sealed class AlertPlacesTests
{
    [Theory]
    [InlineData("", "", true, true)]
    [InlineData("", "d01/s03", true, true)]
    [InlineData("", "/", true, true)]
    [InlineData("d01/s03", "", true, true)]
    [InlineData("d01/s03", "/", false, false)]
    [InlineData("d01/s03", "/*", true, false)]
    [InlineData("d01/s03", "d01/s03", true, true)]
    [InlineData("d01/s03", "d01/s03/c01", true, true)]
    [InlineData("d01/s03", "d01/s031", false, false)]
    [InlineData("d01/s03", "d01", false, false)]
    [InlineData("d01/s03", "d01/*", true, false)]
    [InlineData("d01/s03", "d02/*", false, false)]
    [InlineData("d01/s03", "d01/s03/*", true, true)]
    [InlineData("d01/s03", "d01/s03/c01/*", true, true)]
    [InlineData("d01/s03/c01", "d01/s03/*", true, false)]
    [InlineData("d01/s03", "d01/s02 d01/s03/c01", true, false)]
    [InlineData("d01/s03", "d01/s03/c01 d01/s03/c02", true, true)]
    [InlineData("d01/s03", "d01/s02 d01/s04", false, false)]
    [InlineData("d01", "d01/s02 d01/s04", true, true)]
    public void Who_sees_it_and_who_has_all_of_it(string territory, string places, bool isSeen, bool isAll) =>
        (AlertPlaces.IsSeenFrom(territory, places), AlertPlaces.AreAllOf(territory, places)).Should().Be((isSeen, isAll));

    [Fact]
    public void A_gateway_of_many_grids_serves_the_communities_around_them_and_of_many_streets_the_streets()
    {
        Of([]).Should().Be("/");
        Of(["d01/s03/c01/g01", "d01/s02"]).Should().Be("d01/s02 d01/s03/c01/g01");
        Of(Grids(1, 1, 2, 200)).Should().Be("d0/s0/c0/* d0/s0/c1/*");
        Of(Grids(2, 100, 10, 1)).Split(' ').Should().HaveCount(200).And.Contain("d1/s99/*");
        Of(Grids(2, 200, 1, 1)).Should().Be("d0/* d1/*");
        Of(Grids(300, 1, 1, 1)).Should().Be("/*");
    }

    /// <summary>However many it serves: who has a device of it sees it, and while the streets can be named no other street does.</summary>
    [Fact]
    public void Whose_device_it_has_sees_it_and_no_other_street() => Gen.Select(Gen.Int[1, 3], Gen.Int[1, 20], Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int).Sample(
        (districts, streets, communities, grids, seed) =>
        {
            var random = new Random(seed);
            var served = Grids(districts, streets, communities, grids).Where(_ => random.Next(3) > 0).Select(g => PlaceText.Cut(g, random.Next(2, 5))).ToHashSet();
            var places = Of(served);
            foreach (var grid in Grids(districts, streets, communities, grids))
            {
                for (var depth = 0; depth <= 4; depth++)
                {
                    var officer = new Officer("li", PlaceText.Cut(grid, depth));
                    var has = officer.Territory.Length == 0 || served.Any(officer.Covers);
                    var sees = officer.Sees(places);
                    (depth <= 2 ? sees == has : sees || !has).Should().BeTrue($"{officer.Territory} of {places}, seed {seed}");
                }
            }
        },
        iter: 200);

    private static string Of(IEnumerable<string> territories)
    {
        var served = new ServedPlaces();
        foreach (var territory in territories)
        {
            served.Add(territory);
        }

        return served.ToString();
    }

    private static IEnumerable<string> Grids(int districts, int streets, int communities, int grids) =>
        from d in Enumerable.Range(0, districts)
        from s in Enumerable.Range(0, streets)
        from c in Enumerable.Range(0, communities)
        from g in Enumerable.Range(0, grids)
        select $"d{d}/s{s}/c{c}/g{g}";
}
