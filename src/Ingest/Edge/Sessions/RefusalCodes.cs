using System.Text;

namespace PingAnIoT.Ingest;

/// <summary>How a refused message is told to the one who sent it.</summary>
internal static class RefusalCodes
{
    private static readonly byte[][] Words = [.. Enum.GetValues<RefusalReason>().Select(reason => Encoding.ASCII.GetBytes(Kebab(reason.ToString())))];

    /// <summary>The PUBACK code of version 5.</summary>
    public static MqttReason ToMqtt(RefusalReason reason) => reason switch
    {
        RefusalReason.None => MqttReason.Success,
        RefusalReason.TopicUnknown or RefusalReason.KindUnknown or RefusalReason.DeviceNameInvalid => MqttReason.TopicNameInvalid,
        RefusalReason.GatewayForeign or RefusalReason.DeviceForeign => MqttReason.NotAuthorized,
        RefusalReason.PayloadEmpty or RefusalReason.FormatUnknown or RefusalReason.PayloadMalformed
            or RefusalReason.KeyDuplicate or RefusalReason.SenmlInvalid => MqttReason.PayloadFormatInvalid,
        RefusalReason.DeviceUnknown or RefusalReason.PayloadTooLarge or RefusalReason.TooManyReadings => MqttReason.QuotaExceeded,
        _ => MqttReason.ImplementationSpecific,
    };

    /// <summary>The reason in words: <c>unit-mismatch</c>.</summary>
    public static ReadOnlySpan<byte> Word(RefusalReason reason) => (int)reason < Words.Length ? Words[(int)reason] : "refused"u8;

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
