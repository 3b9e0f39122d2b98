using System.Globalization;

namespace PingAnIoT.Simulators;

/// <summary>Numbers and moments as reports write them; "-" for what is not known.</summary>
internal static class Wording
{
    public static string Number(double? value) => value is { } number && double.IsFinite(number) ? ScoreFigure.Number(Math.Round(number, 6)) : "-";

    public static string Short(double? value) => value is { } number && double.IsFinite(number)
        ? number.ToString(Math.Abs(number) >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture) : "-";

    public static string Count(long? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "-";

    public static string Moment(double? seconds) => seconds is > -6e10 and < 2.5e11
        ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds.Value * 1000)).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "-";

    /// <summary>Six digits, rounded down, so that only all is 1.</summary>
    public static string Value(Share share) => share.Value is { } value
        ? (Math.Floor(value * 1e6) / 1e6).ToString("0.000000", CultureInfo.InvariantCulture) : "-";
}
