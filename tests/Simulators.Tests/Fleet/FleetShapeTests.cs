using PingAnIoT.Rules;

namespace PingAnIoT.Simulators.Tests;

/// <summary>The fleets have the sizes they say, to the last device, and every device can be told by name and by number.</summary>
public sealed class FleetShapeTests
{
    [Fact]
    public void The_city_has_the_true_shape_exactly()
    {
        var fleet = new Fleet(FleetShape.City, 7, PlainModel.All);
        fleet.Devices.Should().Be(1_419_000);
        fleet.Points.Should().Be(4_318_200);
        fleet.Gateways.Distinct().Should().HaveCount(123);
        var (owners, grids, gateways) = (new HashSet<int>(), new HashSet<string>(), new int[123]);
        for (var number = 0; number < fleet.Devices; number++)
        {
            owners.Add(fleet.Places.OwnerOf(number));
            grids.Add(fleet.Places.TerritoryOf(number));
            gateways[fleet.GatewayOf(number)]++;
        }

        owners.Should().HaveCount(419_000);
        grids.Should().HaveCount(10_900);
        grids.Select(g => g[..3]).Distinct().Should().HaveCount(10);
        grids.Select(g => g[..8]).Distinct().Should().HaveCount(109);
        grids.Select(g => g[..14]).Distinct().Should().HaveCount(1_090);
        gateways.Should().OnlyContain(n => n > 5_000 && n < 20_000);
    }

    [Theory]
    [InlineData("district", 320, 16)]
    [InlineData("town", 10_000, 12)]
    [InlineData("suburb", 10_000, 12)]
    [InlineData("100k", 100_000, 33)]
    [InlineData("1m", 1_000_000, 88)]
    [InlineData("city", 1_419_000, 123)]
    public void Every_fleet_has_its_size(string name, int devices, int gateways)
    {
        var shape = FleetShape.Find(name)!;
        var fleet = new Fleet(shape, 3, PlainModel.All);
        (fleet.Devices, fleet.Gateways.Length).Should().Be((devices, gateways));
        foreach (var number in (int[])[0, 1, devices / 3, devices / 2, devices - 1])
        {
            var device = fleet.Device(number);
            fleet.Find(device.Model.Kind, device.Name).Should().Be(number);
            device.PhaseSeconds.Should().BeInRange(0, device.ReportSeconds - 0.001);
        }

        fleet.Find("gas-pipe", "gp-0").Should().Be(-1);
        fleet.Find("gas-pipe", "lift-0001").Should().Be(-1);
        fleet.FindGateway(fleet.Gateways[3]).Should().Be(3);
    }

    [Fact]
    public void Gateways_are_mostly_of_one_kind()
    {
        var fleet = new Fleet(FleetShape.Town, 5, PlainModel.All);
        var strays = Enumerable.Range(0, fleet.Devices).Count(n => !fleet.Gateways[fleet.GatewayOf(n)].Contains(fleet.Shape.Operators[fleet.PartOf(n).Share.Operator].Name));
        strays.Should().BeInRange(150, 350);
    }

    [Fact]
    public void The_register_reads_what_is_written()
    {
        var fleet = new Fleet(FleetShape.District, 9, PlainModel.All);
        using var text = new StringWriter();
        FleetRegister.WriteCsv(fleet, text);
        var read = new RegisterCsv(Catalog.Default).Read(new StringReader(text.ToString()), "register.csv");
        read.Errors.Should().BeEmpty();
        read.Devices.Should().HaveCount(320);
        for (var number = 0; number < fleet.Devices; number++)
        {
            var (row, device, site) = (read.Devices![number], fleet.Device(number), fleet.Site(number));
            (row.Device, row.Gateways[0], row.Territory, row.Latitude, row.Longitude, row.Address, row.OwnerUnit)
                .Should().Be((device.Name, fleet.Gateways[device.Gateway], site.Territory, site.Latitude, site.Longitude, site.Address, site.OwnerUnit));
            row.SetPoints.Should().BeEquivalentTo(device.Model.SetPoints(device.Seed));
        }

        read.Devices.Should().OnlyContain(d => (d.Address.Contains('街') || d.Address.Contains('镇')) && d.Address.Contains("District"));
    }

    [Fact]
    public void The_calendar_is_in_order_and_has_every_device_once_an_interval()
    {
        var fleet = new Fleet(FleetShape.Town, 11, PlainModel.All);
        var seen = new int[fleet.Devices];
        foreach (var lane in fleet.Calendar.Lanes)
        {
            var last = -1;
            for (var i = 0; i < lane.Count; i++)
            {
                var device = fleet.Device(fleet.Calendar.Device(lane, i));
                (device.Gateway, device.ReportSeconds * 1000).Should().Be((lane.Gateway, lane.IntervalMillis));
                fleet.PhaseMillis(device.Number).Should().BeGreaterThanOrEqualTo(last);
                last = fleet.PhaseMillis(device.Number);
                seen[device.Number]++;
            }
        }

        seen.Should().OnlyContain(n => n == 1);
    }
}
