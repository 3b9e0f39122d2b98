using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace PingAnIoT.Alerts;

/// <summary>What a request is about, for the record of its refusal: an alert before a territory, a territory before anything else that has a name.</summary>
public static class RefusalReach
{
    private const int MostDeep = 3;
    private const int MostLong = 64;
    private static readonly string[] Names = ["territory", "id", "key", "gateway", "device", "series", "name"];

    /// <returns>Null where it names nothing, or what nobody could read.</returns>
    public static Reached? Of(string method, IMessage request) =>
        ActingOnDuty.AlertOf(method, request) is { Length: > 0 } alert ? Say("alert", alert)
        : Names.Select(n => Find(request, n, MostDeep)).FirstOrDefault(f => f is not null);

    private static Reached? Find(IMessage message, string name, int deep)
    {
        if (message.Descriptor.FindFieldByName(name) is { IsRepeated: false, IsMap: false } own && TextOf(own.Accessor.GetValue(message)) is { Length: > 0 } text)
        {
            return Say(name, text);
        }

        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder().Where(f => f.FieldType == FieldType.Message && f is { IsRepeated: false, IsMap: false }))
        {
            if (deep > 1 && field.Accessor.GetValue(message) is IMessage inner && Find(inner, name, deep - 1) is { } found)
            {
                return found with { Sort = $"{field.Name}.{found.Sort}" };
            }
        }

        return null;
    }

    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        long number and > 0 => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static Reached? Say(string sort, string text) =>
        DutyRequest.IsUnprintable(text) ? null : new Reached(sort, text.Length > MostLong ? text[..MostLong] : text);
}
