namespace PingAnIoT.EndToEnd;

/// <summary>Rule files for the end-to-end tests: short, so that an alert is the matter of one reading, or of stated event times.</summary>
public static class TestRules
{
    /// <summary>Red, yellow and green on the newest methane reading, at once.</summary>
    public const string Methane =
        """
        rules:
          - id: methane-now
            title: { zh: 甲烷, en: Methane }
            kind: gas-pipe
            quantity: methane
            when: last
            red: "> 50"
            yellow: "> 25"
            green: "> 10"
            clear: { deadband: 2 }
            basis: site
        """;

    /// <summary>A window of 60 s and a hold of 30 s, and a hold alone.</summary>
    public const string WindowAndHold =
        """
        rules:
          - id: pressure-mean
            title: { zh: 平均压力, en: Mean pressure }
            kind: gas-pipe
            quantity: pressure
            when: mean(60s)
            red: "> 480"
            yellow: "> 450"
            green: "> 420"
            hold: 30s
            clear: { deadband: 10, hold: 20s }
            basis: site
          - id: methane-hold
            title: { zh: 甲烷, en: Methane }
            kind: gas-pipe
            quantity: methane
            when: last
            red: "> 50"
            yellow: "> 25"
            green: "> 10"
            hold: 30s
            clear: { deadband: 2, hold: 10s }
            basis: site
          - id: flow-max
            title: { zh: 流量, en: Flow }
            kind: gas-pipe
            quantity: flow
            when: max(10s)
            yellow: "> 90000"
            basis: site
        """;

    /// <returns>The path of the file written.</returns>
    public static string Write(string folder, string text, string name = "rules")
    {
        var path = Path.Combine(folder, name + ".yaml");
        File.WriteAllText(path, text + "\n");
        return path;
    }
}
