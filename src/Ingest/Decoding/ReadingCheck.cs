using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>Whether a value can be true of a quantity.</summary>
internal static class ReadingCheck
{
    /// <summary>A number in the unit with the given number in <see cref="Units"/>; <see cref="Units.None"/> means the quantity's own.</summary>
    public static RefusalReason Number(Quantity quantity, int unit, ref double value)
    {
        if (quantity.IsBoolean)
        {
            return RefusalReason.ValueTypeWrong;
        }

        if (!double.IsFinite(value))
        {
            return RefusalReason.ValueNotFinite;
        }

        if (unit != Units.None && unit != quantity.UnitNumber && !Units.TryConvert(value, unit, quantity.UnitNumber, out value))
        {
            return RefusalReason.UnitMismatch;
        }

        return value >= quantity.Minimum && value <= quantity.Maximum ? RefusalReason.None : RefusalReason.ValueOutOfRange;
    }

    public static RefusalReason Boolean(Quantity quantity) =>
        quantity.IsBoolean ? RefusalReason.None : RefusalReason.ValueTypeWrong;
}
