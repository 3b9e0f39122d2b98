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
        -1:   pressure 343 methane 0 flow 130
        5:    pressure 160 flow 2271
        30:   pressure 86  flow 3127 methane 46
        60:   pressure 86  methane 83
        120:  pressure 86  methane 100
        1860: pressure 250
        3000: pressure 345 methane 1 flow 128
        """)]
    [InlineData("gas-pipe", "slow-leak 0.5 240", """
        0:     methane 0  pressure 343 flow 130
        300:   methane 14 pressure 341 flow 133
        3600:  methane 42
        14399: methane 43
        14700: methane 8
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
