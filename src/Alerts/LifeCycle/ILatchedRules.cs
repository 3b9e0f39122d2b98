namespace PingAnIoT.Alerts;

/// <summary>The rules that no reading ends, and the way to end them.</summary>
public interface ILatchedRules
{
    /// <summary>Is the rule in force latched?</summary>
    bool IsLatched(string ruleId);

    /// <summary>Asks for the reset of a series' latched rules, in the order of all that comes in.</summary>
    /// <param name="series"><c>kind/device/quantity</c>.</param>
    /// <returns>False when it was not taken and may be asked for again.</returns>
    bool Reset(string series);
}
