namespace PingAnIoT.Rules;

/// <summary>
/// What a rule says of a series. Numbers are persisted: they may be added to, never changed.
/// Green is a low-risk alert, not "normal"; a fault (broken or silent device) is a class of its own and never a colour.
/// </summary>
public enum Severity : byte
{
    Normal = 0,
    Green = 1,
    Yellow = 2,
    Red = 3,
    Fault = 16,
}
