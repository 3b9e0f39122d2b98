using System.Globalization;

namespace PingAnIoT.Alerts;

/// <summary>How a notice names a step, a span, a moment and a territory, in Chinese or in English. Pure.</summary>
internal static class NoticeWords
{
    /// <summary>What was to be done.</summary>
    public static string Step(WorkState step, bool isChinese) => (isChinese, step) switch
    {
        (false, _) => step.ToString().ToLowerInvariant(),
        (_, WorkState.Seen) => "阅",
        (_, WorkState.Acknowledged) => "确认",
        (_, WorkState.Triaged) => "甄别",
        (_, WorkState.Reported) => "上报",
        (_, WorkState.Dispatched) => "交办",
        (_, WorkState.Arrived) => "处置",
        (_, WorkState.Rectified) => "反馈",
        (_, WorkState.Closed) => "办结",
        _ => "办",
    };

    public static string Supervision(Supervision supervision, bool isChinese) => (isChinese, supervision) switch
    {
        (false, _) => supervision.ToString().ToLowerInvariant(),
        (_, Alerts.Supervision.Notice) => "通报",
        (_, Alerts.Supervision.Interview) => "约谈",
        _ => "挂牌督办",
    };

    /// <summary>In its two largest units from days to seconds, never more than it is; "" below a second.</summary>
    public static string Span(long micros, bool isChinese)
    {
        var span = TimeSpan.FromMicroseconds(micros);
        (int Many, string Unit)[] parts = isChinese
            ? [(span.Days, "天"), (span.Hours, "小时"), (span.Minutes, "分"), (span.Seconds, "秒")]
            : [(span.Days, "d"), (span.Hours, "h"), (span.Minutes, "min"), (span.Seconds, "s")];
        return string.Join(' ', parts.SkipWhile(p => p.Many <= 0).Take(2).Where(p => p.Many > 0)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Many} {p.Unit}")));
    }

    /// <summary>To the second. The offset says which of the two it is when the clock has gone back.</summary>
    public static string Time(long micros, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(Micros.ToTime(micros), zone).ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture);

    /// <summary>One line: its names and those above it, its path in brackets; the path alone where none has a name. "" for "".</summary>
    public static string Place(string path, TerritoryTree territories, bool isChinese)
    {
        var names = new List<string>();
        for (var at = path; at.Length > 0; at = PlaceText.Parent(at))
        {
            if (territories.Find(at) is { } found && (isChinese ? Either(found.NameZh, found.NameEn) : Either(found.NameEn, found.NameZh)) is { Length: > 0 } name)
            {
                names.Add(name);
            }
        }

        // From the largest down in Chinese, from the smallest up in English.
        return NoticeMessage.One(names.Count == 0 ? path : isChinese ? $"{string.Concat(names.AsEnumerable().Reverse())}（{path}）" : $"{string.Join(", ", names)} ({path})");
    }

    private static string Either(string name, string other) => name.Length > 0 ? name : other;
}
