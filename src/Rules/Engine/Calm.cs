using System.Runtime.CompilerServices;

namespace PingAnIoT.Rules;

/// <summary>
/// Windows whose value may lie outside their readings: a difference, a slope, a spread. Where the readings kept lie close enough together, none of
/// them crosses a band, and none need be computed. Of n readings within R of each other over a time S no difference or spread is more than R, and
/// no least-squares slope more than R / S * sqrt(n / 2): the deviations of the values add up to at most n R² / 4 when squared, those of the times
/// to at least S² / 2.
/// </summary>
internal readonly struct Calm
{
    private const double SquareSecondsPerSquareMicro = 1e-12;

    /// <summary>Readings within so much of each other cross no band but of a slope; negative where that cannot be told.</summary>
    private readonly double range = double.PositiveInfinity;

    /// <summary>A slope up to this, either way, crosses no band.</summary>
    private readonly double slope = double.PositiveInfinity;

    /// <summary>The window of the slope.</summary>
    public readonly long SlopeMicros;

    public Calm(ReadOnlySpan<WindowPlan> computed)
    {
        foreach (ref readonly var window in computed)
        {
            // What may be as far on either side of zero; negative where zero itself crosses a band.
            var either = Math.Min(window.Top, -window.Bottom);
            switch (window.Function)
            {
                case WindowFunction.Delta:
                    range = Math.Min(range, either);
                    break;
                case WindowFunction.Range or WindowFunction.StdDev:
                    range = Math.Min(range, window.Bottom > 0 ? -1 : window.Top);
                    break;
                case WindowFunction.Rate when SlopeMicros == 0:
                    (slope, SlopeMicros) = (either, window.Micros);
                    break;
                case WindowFunction.Stuck:
                    break;
                default:
                    range = -1;
                    break;
            }
        }
    }

    /// <summary>Whether there is a slope to be told of.</summary>
    public bool HasSlope => SlopeMicros > 0;

    /// <param name="within">All readings kept lie within so much of each other, with more to spare than is lost in adding up.</param>
    public bool Holds(double within) => within <= range;

    /// <param name="within">As in <see cref="Holds"/>.</param>
    /// <param name="count">Readings in the window of the slope; 1 or more.</param>
    /// <param name="micros">From the first of them to the last.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HoldsSlope(double within, int count, long micros) =>
        count < 2 || (slope >= 0 && within * within * count <= 2 * slope * slope * micros * micros * SquareSecondsPerSquareMicro);
}
