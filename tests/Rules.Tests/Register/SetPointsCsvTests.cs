namespace PingAnIoT.Rules.Tests;

/// <summary>Set-points of territories and owner units.</summary>
public sealed class SetPointsCsvTests
{
    [Theory]
    [InlineData("d01/s03/c07/g0112", "gas", "", 1)]
    [InlineData("d01/s03/c07/g0113", "gas", "", 2)]
    [InlineData("d01/s03/c08/g0112", "gas", "", 3)]
    [InlineData("d01/s04/c07/g0112", "gas", "", 4)]
    [InlineData("d01", "gas", "", 4)]
    [InlineData("d02/s03/c07/g0112", "gas", "", 5)]
    [InlineData("d012", "gas", "", 5)]
    [InlineData("", "gas", "", 5)]
    [InlineData("d02/s03/c07/g0112", "water", "", 100)]
    [InlineData("", "", "", 100)]
    [InlineData("d01/s03/c07/g0112", "gas", "7", 7)]
    public void The_nearest_counts(string territory, string owner, string own, double expected)
    {
        var result = SetPointsCsv.Read(
            new StringReader("""
                name,scope,code,value
                limit,owner,gas,5
                limit,territory,d01/s03/c07/g0112,1
                limit,territory,d01/s03/c07,2
                limit,territory,d01/s03,3
                limit,territory,d01,4
                other,owner,gas,50
                """), "f");
        result.Errors.Should().BeEmpty();
        var register = new DeviceRegister(Catalog.Default);
        var devices = new RegisterCsv(Catalog.Default).Read(
            new StringReader($"device,kind,gateway,territory,owner_unit,set:limit\np1,gas-pipe,g1,{territory},{owner},{own}\np2,gas-pipe,g1,{territory},{owner},"), "f");
        devices.AddTo(register, result.SetPoints);
        var emitted = new List<Transition>();
        var bands = new[] { new Band(Severity.Red, Comparison.Above, 100, "limit") };
        var engine = new Engine(register, new RuleSet([Scenario.Rule(bands: bands)]), new EngineOptions(), emitted.Add);
        engine.Apply([new Reading(0, 0, ReadingFlags.None, Scenario.Epoch, Scenario.Epoch, expected)], 0);
        emitted.Should().BeEmpty();
        engine.Apply([new Reading(0, 0, ReadingFlags.None, Scenario.Epoch + 1, Scenario.Epoch + 1, expected + 0.5)], 0);
        emitted.Should().ContainSingle().Which.Threshold.Should().Be(expected);
        register[0].SetPoints.ContainsKey("other").Should().Be(owner == "gas");
    }

    [Fact]
    public void Devices_of_one_territory_and_owner_share_one_table()
    {
        var setPoints = new SharedSetPoints();
        setPoints.TryAdd(SetPointScope.Territory, "d01", "limit", 1).Should().BeTrue();
        setPoints.TryAdd(SetPointScope.Territory, "d01", "limit", 2).Should().BeFalse();
        setPoints.TryAdd(SetPointScope.Owner, "nobody", "limit", 2).Should().BeTrue();
        var devices = Enumerable.Range(0, 2).Select(i => setPoints.Apply(new DeviceRecord { Device = $"p{i}", Kind = 0, Territory = "d01/s01" })).ToList();
        devices[0].SetPoints.Should().BeSameAs(devices[1].SetPoints).And.Equal(new Dictionary<string, double> { ["limit"] = 1 });
        setPoints.Unused.Should().Equal("nobody");
    }

    [Theory]
    [InlineData("", "f:1:1: The file is empty; its first row must name the columns.")]
    [InlineData("scope,code,name", "f:1:1: The column 'value' is missing.")]
    [InlineData("scope,code,name,value,unit", "f:1:23: 'unit' is no column; there are scope, code, name, value.")]
    [InlineData("scope,code,name,value,code", "f:1:23: The column 'code' stands here twice.")]
    [InlineData("scope,code,name,value\nterritory,d01,limit", "f:2:15: The row has 3 fields, the header 4.")]
    [InlineData("scope,code,name,value\ndistrict,d01,limit,5", "f:2:1: 'district' is no scope; there are territory and owner.")]
    [InlineData("scope,code,name,value\nterritory,d01//c07,limit,5", "f:2:11: 'd01//c07' is not the code of a territory, such as d01/s03.")]
    [InlineData("scope,code,name,value\nowner,,limit,5", "f:2:7: An owner unit needs its name.")]
    [InlineData("scope,code,name,value\nowner,gas,the limit,5", "f:2:11: 'the limit' is not the name of a set-point.")]
    [InlineData("scope,code,name,value\nowner,gas,limit,", "f:2:17: '' is not a finite number.")]
    [InlineData("scope,code,name,value\nowner,gas,limit,1e999", "f:2:17: '1e999' is not a finite number.")]
    [InlineData("scope,code,name,value\nowner,gas,limit,5\n\nowner,gas,limit,6", "f:4:11: The set-point stands in line 2 already.")]
    [InlineData("scope,code,name,value\nowner,\"gas,limit,5", "f:2:7: This quote is never closed.")]
    public void A_bad_file_is_refused_whole_with_line_and_column(string text, string expected)
    {
        var result = SetPointsCsv.Read(new StringReader(text), "f");
        result.IsValid.Should().BeFalse();
        result.Errors.Should().ContainSingle().Which.ToString().Should().Be(expected);
    }
}
