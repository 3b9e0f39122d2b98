using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace PingAnIoT.Alerts;

/// <summary>How bodies and book rows are written: UTF-8 JSON, camel case, enums as their persisted numbers, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(EntryBody))]
[JsonSerializable(typeof(Alert))]
[JsonSerializable(typeof(IReadOnlyList<Breach>))]
[JsonSerializable(typeof(IReadOnlyList<MissedStep>))]
[JsonSerializable(typeof(NoticeCard))]
[JsonSerializable(typeof(MaintenanceMark))]
internal sealed partial class AlertsJson : JsonSerializerContext
{
    /// <summary>Chinese stays readable in the file; what HTML could trip over stays escaped.</summary>
    public static AlertsJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });
}
