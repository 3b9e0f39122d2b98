using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Which of two severities is worse. A fault is no colour, and below all of them: a colour that comes on top of it counts.</summary>
public static class Colours
{
    public static int Rank(Severity severity) => severity switch
    {
        Severity.Normal => 0,
        Severity.Fault => 1,
        Severity.Green => 2,
        Severity.Yellow => 3,
        Severity.Red => 4,
        _ => 5,
    };

    public static bool IsWorse(Severity than, Severity severity) => Rank(severity) > Rank(than);

    public static Severity Worse(Severity a, Severity b) => IsWorse(a, b) ? b : a;
}
