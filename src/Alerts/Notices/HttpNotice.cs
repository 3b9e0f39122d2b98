using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>Messages as each kind of HTTP channel takes them. Pure but for the secret it is given.</summary>
internal static class HttpNotice
{
    public const string SignatureHeader = "X-PingAn-Signature";
    public const string TimestampHeader = "X-PingAn-Timestamp";
    public const string KeyHeader = "Idempotency-Key";
    private const long LongestOpenMicros = 365L * 24 * 3600 * 1_000_000;
    private const long ShortMicros = 300L * 1_000_000;
    private static readonly Severity[] Colours = [Severity.Green, Severity.Yellow, Severity.Red, Severity.Fault];
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static HttpRequestMessage Request(ChannelConfig channel, NoticeMessage message, string secret, long nowMicros)
    {
        var body = Encoding.UTF8.GetBytes(Body(channel.Type, message, secret, nowMicros).ToJsonString(Readable));
        var request = new HttpRequestMessage(HttpMethod.Post, Address(channel, secret, nowMicros)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        if (channel.Type is ChannelType.Webhook or ChannelType.Sms or ChannelType.Voice)
        {
            var timestamp = (nowMicros / 1_000_000).ToString(CultureInfo.InvariantCulture);
            request.Headers.TryAddWithoutValidation(KeyHeader, HeaderKey(message.Card.Key));
            request.Headers.TryAddWithoutValidation(TimestampHeader, timestamp);
            if (secret.Length > 0)
            {
                request.Headers.TryAddWithoutValidation(SignatureHeader, "v1=" + Sign(secret, timestamp, body));
            }
        }

        return request;
    }

    /// <summary>HMAC-SHA256 over the timestamp, a dot and the body; hex.</summary>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes(timestamp + "."), .. body]));

    /// <summary>The robots answer 200 and say in the body that they did not take it.</summary>
    /// <returns>"" when it was taken.</returns>
    public static string Refusal(ChannelType type, byte[] answer)
    {
        if (type is not (ChannelType.Wecom or ChannelType.Dingtalk or ChannelType.Feishu))
        {
            return "";
        }

        try
        {
            var code = JsonNode.Parse(answer) is JsonObject o ? (o["errcode"] ?? o["code"] ?? o["StatusCode"])?.GetValue<long>() : null;
            return code == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"the robot answered with code {code?.ToString(CultureInfo.InvariantCulture) ?? "none"}");
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            return "the robot's answer is not JSON";
        }
    }

    private static Uri Address(ChannelConfig channel, string secret, long nowMicros)
    {
        if (channel.Type == ChannelType.Alertmanager && channel.Url.AbsolutePath == "/")
        {
            return new Uri(channel.Url, "/api/v2/alerts");
        }

        if (channel.Type != ChannelType.Dingtalk || secret.Length == 0)
        {
            return channel.Url;
        }

        var timestamp = (nowMicros / 1_000).ToString(CultureInfo.InvariantCulture);
        var sign = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}\n{secret}")));
        var join = channel.Url.Query.Length > 0 ? "&" : "?";
        return new Uri($"{channel.Url.AbsoluteUri}{join}timestamp={timestamp}&sign={Uri.EscapeDataString(sign)}");
    }

    private static JsonNode Body(ChannelType type, NoticeMessage message, string secret, long nowMicros) => type switch
    {
        ChannelType.Alertmanager => Alertmanager(message, nowMicros),
        ChannelType.Wecom or ChannelType.Dingtalk => new JsonObject { ["msgtype"] = "text", ["text"] = new JsonObject { ["content"] = message.Body } },
        ChannelType.Feishu => Feishu(message, secret, nowMicros),
        _ => Own(message, type),
    };

    private static JsonObject Own(NoticeMessage message, ChannelType type)
    {
        var (card, alert) = (message.Card, message.Alert);
        var body = new JsonObject
        {
            ["key"] = card.Key,
            ["reason"] = card.Reason.ToString().ToLowerInvariant(),
            ["recipient"] = message.Recipient.Name,
            ["alert"] = alert.Id,
            ["colour"] = alert.PeakColour.ToString().ToLowerInvariant(),
            ["rule"] = alert.RuleId,
            ["kind"] = alert.Kind,
            ["device"] = NoticeMessage.One(alert.Device),
            ["territory"] = alert.Territory,
            ["place"] = card.Place,
            ["incident"] = WireIncident.IdOf(alert),
            ["count"] = card.Count,
            ["time"] = WireTime.Text(alert.ChangedEventMicros),
            ["subject"] = message.Subject,
            ["text"] = message.Body,
        };
        if (message.Breach is { Breach: var breach } text)
        {
            body["breach"] = new JsonObject
            {
                ["step"] = breach.Step.ToString().ToLowerInvariant(),
                ["level"] = breach.Level,
                ["due"] = WireTime.Text(text.First.DueMicros),
                ["overdue_seconds"] = text.LateMicros / 1_000_000,
                ["territory"] = breach.To,
                ["role"] = breach.Role?.ToString().ToLowerInvariant(),
                ["supervision"] = breach.Supervision?.ToString().ToLowerInvariant(),
            };
        }

        if (type is ChannelType.Sms or ChannelType.Voice)
        {
            body["phone"] = message.Recipient.Phone;
        }

        return body;
    }

    /// <summary>
    /// Alertmanager tells alerts apart by their labels, the colour among them: so one that has changed its colour ends under the others. It has no
    /// end while it is open, whatever time passes; a canary ends by itself.
    /// </summary>
    private static JsonArray Alertmanager(NoticeMessage message, long nowMicros)
    {
        var (alert, reason) = (message.Alert, message.Card.Reason);
        var isOpen = alert.IsOpen;
        var isReal = reason is not (NoticeReason.Canary or NoticeReason.Trial or NoticeReason.CanaryLate) && !DutyNotice.Is(reason);
        var ends = isOpen ? nowMicros + (isReal ? LongestOpenMicros : ShortMicros) : alert.Closed?.AtMicros ?? nowMicros;
        var alerts = new JsonArray { Alertmanager(message, alert.PeakColour, ends) };
        if (isReal && reason != NoticeReason.Raised)
        {
            foreach (var colour in Colours.Where(c => c != alert.PeakColour))
            {
                alerts.Add(Alertmanager(message, colour, Math.Max(nowMicros, alert.EpisodeMicros + 1)));
            }
        }

        return alerts;
    }

    private static JsonObject Alertmanager(NoticeMessage message, Severity colour, long endsMicros) => new()
    {
        ["labels"] = new JsonObject
        {
            ["alertname"] = NoticeMessage.One(message.Alert.RuleId),
            ["severity"] = colour.ToString().ToLowerInvariant(),
            ["alert"] = message.Alert.Id,
            ["kind"] = NoticeMessage.One(message.Alert.Kind),
            ["device"] = NoticeMessage.One(message.Alert.Device),
            ["territory"] = NoticeMessage.One(message.Alert.Territory),
        },
        ["annotations"] = new JsonObject { ["summary"] = message.Subject, ["description"] = message.Body },
        ["startsAt"] = WireTime.Text(Math.Min(message.Alert.EpisodeMicros, endsMicros)),
        ["endsAt"] = WireTime.Text(endsMicros),
    };

    private static JsonObject Feishu(NoticeMessage message, string secret, long nowMicros)
    {
        var body = new JsonObject { ["msg_type"] = "text", ["content"] = new JsonObject { ["text"] = message.Body } };
        if (secret.Length > 0)
        {
            var timestamp = (nowMicros / 1_000_000).ToString(CultureInfo.InvariantCulture);
            body["timestamp"] = timestamp;
            body["sign"] = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes($"{timestamp}\n{secret}"), Array.Empty<byte>()));
        }

        return body;
    }

    /// <summary>Headers are ASCII: names of people need not be.</summary>
    private static string HeaderKey(string key) => Uri.EscapeDataString(key);
}
