using System.Globalization;

namespace PingAnIoT.Simulators.Tests;

/// <summary>What happens to a device, as a table of times since the onset; each line says the quantities it names. Seed 7, noon of 2 March 2026.</summary>
public sealed class PhysicsTests
{
    /// <param name="kind">Of the device.</param>
    /// <param name="ailment">Sort, severity, minutes it lasts.</param>
    /// <param name="table">Lines of seconds since the onset, a colon, and quantities with the value they have then, within the tolerance of the last digit written.</param>
    [Theory]
    [InlineData("gas-pipe", "burst 1 30", """
        -1: pressure 347 methane 1 flow 98
        5: pressure 161 flow 2239
        30: pressure 87 flow 3096 methane 46
        120: pressure 87 methane 100
        1860: pressure 256
        3000: pressure 355 methane 0 flow 61
        """)]
    [InlineData("gas-pipe", "burst 0.2 30", """
        30: pressure 295 flow 697 methane 10
        1200: pressure 297 methane 50
        """)]
    [InlineData("gas-pipe", "slow-leak 0.5 240", """
        0: methane 1 pressure 347 flow 98
        300: methane 14 pressure 346 flow 101
        3600: methane 47
        14399: methane 49
        14700: methane 10
        """)]
    [InlineData("gas-pipe", "over-pressure 1 60", """
        0: pressure 347
        60: pressure 406
        300: pressure 504
        1800: pressure 531
        """)]
    [InlineData("gas-pipe", "regulator-failure 1 60", """
        0: pressure 347
        120: pressure 239
        600: pressure 82
        3000: pressure 53
        """)]
    [InlineData("gas-pipe", "valve-shut 1 60", """
        -1: valve 1 flow 98
        1: valve 0 flow 0 pressure 347
        1800: pressure 230
        3601: valve 1 pressure 354
        """)]
    [InlineData("elevator", "entrapment 0.5 30", """
        10: speed 0.0 door-open 0 occupied 1 trapped 0
        21: trapped 1 level-offset -1068
        1801: trapped 0 level-offset 6
        """)]
    [InlineData("elevator", "door-held 0.2 30", """
        1: door-open 1 speed 0.0
        350: door-open 1 speed 0.0
        370: door-open 1
        """)]
    [InlineData("smoke-detector", "smouldering 0.5 60", """
        0: smoke 0.008 temperature 20.1
        300: smoke 0.035
        600: smoke 0.118 alarm 0
        700: smoke 0.158 alarm 0
        1800: smoke 1.01 temperature 21.3
        4200: smoke 0.014
        """)]
    [InlineData("smoke-detector", "fast-fire 0.7 30", """
        0: smoke 0.008 temperature 20.1
        15: smoke 0.13 temperature 20.1
        30: smoke 0.98 temperature 30.6 alarm 0
        45: smoke 3.28 temperature 56 alarm 1
        60: smoke 7.8 temperature 87
        120: smoke 10.5 temperature 248
        3000: smoke 0.007 temperature 20.6 alarm 0
        """)]
    [InlineData("smoke-detector", "battery-low 1 10000", """
        0: battery 86
        86400: battery 33
        432000: battery 3
        """)]
    [InlineData("smoke-detector", "dust 1 40000", """
        0: smoke 0.008
        432000: smoke 0.037
        1296000: smoke 0.049 alarm 0
        """)]
    [InlineData("charging-pile", "thermal-runaway 1 30", """
        0: temperature 8.3
        60: temperature 12.1 charging 0 current 0.0
        180: temperature 34
        300: temperature 116
        450: temperature 598
        4200: temperature 9
        """)]
    [InlineData("charging-pile", "overload 0.5 60", """
        0: current 43.2 voltage 218 charging 1 temperature 8.3
        1800: temperature 36.9 power 9.5
        3601: current 0.0 charging 0
        6000: temperature 11.4
        """)]
    [InlineData("charging-pile", "leakage-current 1 60", """
        0: leakage 0.5
        60: leakage 17
        120: leakage 30
        600: leakage 79
        3700: leakage 0.8
        """)]
    [InlineData("pipe-network", "pipe-burst 1 60", """
        -1: pressure 368 flow 44 level 0.6
        5: pressure 244 flow 123
        30: pressure 150 flow 183 level 0.6
        1800: level 1.3
        5400: pressure 379 level 0.5
        """)]
    [InlineData("pipe-network", "flooding 1 240", """
        0: level 0.6
        900: level 2.0
        1800: level 3.0
        7200: level 4.8
        16800: level 0.7
        """)]
    [InlineData("lpg-cylinder", "cylinder-leak 0.5 60", """
        0: weight 20.04 methane 0
        300: weight 19.95 methane 15
        1800: weight 19.52 methane 58
        3600: methane 76
        4200: methane 3 weight 20.01
        """)]
    [InlineData("lpg-cylinder", "cylinder-hot 1 60", """
        0: temperature 15
        600: temperature 51
        1800: temperature 79
        4200: temperature 23
        """)]
    public void It_goes_as_the_table_says(string kind, string ailment, string table)
    {
        var (model, words) = (DeviceModels.Of(kind), ailment.Split(' '));
        var ailing = new Ailment(Sorts.All[words[0]], ModelCase.Noon, ModelCase.Noon + (60 * double.Parse(words[2])), double.Parse(words[1]));
        var actual = new List<string>();
        foreach (var line in table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            var truth = ModelCase.Truth(model, 7, ModelCase.Noon + double.Parse(parts[0]), ailing);
            var said = $"{parts[0]}:";
            for (var i = 1; i < parts.Length; i += 2)
            {
                var decimals = parts[i + 1].Contains('.') ? parts[i + 1].Length - parts[i + 1].IndexOf('.') - 1 : 0;
                said += $" {parts[i]} {truth[ModelCase.Index(model, parts[i])].ToString($"F{decimals}", CultureInfo.InvariantCulture)}";
            }

            actual.Add(said);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', actual));
        string.Join('\n', actual).Should().Be(string.Join('\n', table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)))));
    }
}
