using System.Globalization;
using System.Text;

namespace PingAnIoT.Rules.Tests;

public sealed class RegisterCsvTests
{
    [Fact]
    public void A_good_file_is_read_whatever_the_order_of_its_columns()
    {
        var result = Read("""
            kind,device,gateway,owner_unit,address,latitude,longitude,territory,set:red,set:yellow
            gas-pipe,p1,gw1,"Gas ""Blue"" Ltd","1, Long Street
            Block 2",31.2304,121.4737,d01/s03/c07/g0112,480,

            elevator,p1,gw2;gw1,,,,,,,
            """);
        result.Errors.Should().BeEmpty();
        result.Devices.Should().HaveCount(2);
        var first = result.Devices![0];
        first.Should().BeEquivalentTo(new
        {
            Device = "p1", Kind = 0, Gateways = new[] { "gw1" }, OwnerUnit = "Gas \"Blue\" Ltd", Latitude = 31.2304, Longitude = 121.4737,
            Territory = "d01/s03/c07/g0112", IsUnregistered = false,
        });
        first.Address.ReplaceLineEndings("\n").Should().Be("1, Long Street\nBlock 2");
        first.SetPoints.Should().Equal(new Dictionary<string, double> { ["red"] = 480 });
        result.Devices[1].Gateways.Should().Equal("gw2", "gw1");
        result.Devices[1].SetPoints.Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "f:1:1: The file is empty")]
    [InlineData("device,kind", "f:1:1: The column 'gateway' is missing.")]
    [InlineData("device,kind,gateway,retired\np1,gas-pipe,g1,maybe", "f:2:16: 'maybe' is neither yes nor no.")]
    [InlineData("device,kind,gateway,colour", "f:1:21: 'colour' is no column")]
    [InlineData("device,kind,gateway,kind", "f:1:21: The column 'kind' stands here twice.")]
    [InlineData("device,kind,gateway,set:", "f:1:21: 'set:' is no column")]
    [InlineData("device,kind,gateway\np1,gas-pipe", "f:2:4: The row has 2 fields, the header 3.")]
    [InlineData("device,kind,gateway\np 1,gas-pipe,gw1", "f:2:1: 'p 1' is not the name of a device")]
    [InlineData("device,kind,gateway\np1,gas,gw1", "f:2:4: 'gas' is no kind; there are gas-pipe, ")]
    [InlineData("device,kind,gateway\np1,gas-pipe,", "f:2:13: '' is not the name of a gateway")]
    [InlineData("device,kind,gateway\np1,gas-pipe,gw1;gw1", "f:2:13: The same gateway twice.")]
    [InlineData("device,kind,gateway\np1,gas-pipe,gw1\np1,gas-pipe,gw2", "f:3:1: The device stands in line 2 already.")]
    [InlineData("device,kind,gateway\np1,gas-pipe,\"gw1", "f:2:13: This quote is never closed.")]
    [InlineData("device,kind,gateway\np1,gas\"pipe,gw1", "f:2:7: A quote inside a field")]
    [InlineData("device,kind,gateway\n\"p1\"x,gas-pipe,gw1", "f:2:5: Expected a comma")]
    [InlineData("device,kind,gateway,latitude,longitude\np1,gas-pipe,gw1,91,0", "f:2:17: '91' is not a number from -90 to 90.")]
    [InlineData("device,kind,gateway,latitude,longitude\np1,gas-pipe,gw1,1,", "f:2:19: A position needs both")]
    [InlineData("device,kind,gateway,set:red\np1,gas-pipe,gw1,1e999", "f:2:17: '1e999' is not a finite number.")]
    [InlineData("device,kind,gateway,set:red\np1,gas-pipe,gw1,NaN", "f:2:17: 'NaN' is not a finite number.")]
    public void A_bad_file_is_refused_whole_with_line_and_column(string text, string expected)
    {
        var result = Read(text);
        result.IsValid.Should().BeFalse();
        result.Errors.Should().ContainSingle().Which.ToString().Should().StartWith(expected);
    }

    [Fact]
    public void Every_error_is_told_up_to_a_bound()
    {
        var text = "device,kind,gateway\n" + string.Concat(Enumerable.Repeat("p 1,gas,gw 1\n", 1_000));
        Read(text).Errors.Should().HaveCountGreaterThanOrEqualTo(RegisterCsv.MaximumErrors).And.HaveCountLessThan(RegisterCsv.MaximumErrors + 3);
    }

    [Fact]
    public void What_a_spreadsheet_writes_is_read()
    {
        var result = Read("\uFEFFdevice,kind,gateway\r\np1,gas-pipe,gw1\r\n\r\n");
        result.Devices.Should().ContainSingle().Which.Device.Should().Be("p1");
    }

    [Fact]
    public void A_hundred_thousand_devices_are_read_and_found()
    {
        var text = new StringBuilder("device,kind,gateway,territory,latitude,longitude,address,owner_unit,set:red\n");
        for (var i = 0; i < 100_000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"gp-{i:D6},gas-pipe,gw-{i % 123},d01/s{i % 40:D2}/g{i % 900:D4},31.{i:D6},121.{i:D6},No {i} Street,owner-{i % 41_900},480\n");
        }

        var result = Read(text.ToString());
        var register = new DeviceRegister(Catalog.Default);
        result.AddTo(register);
        register.Count.Should().Be(100_000);
        register.Find(0, "gp-099999"u8).Should().Be(99_999);
        register.MayPublish(99_999, register.GatewayIndex("gw-123")).Should().BeFalse();
        register.MayPublish(99_999, register.GatewayIndex($"gw-{99_999 % 123}")).Should().BeTrue();
    }

    private static RegisterFileResult Read(string text) => new RegisterCsv(Catalog.Default).Read(new StringReader(text), "f");
}
