using System.Text;

namespace PingAnIoT.Ingest;

/// <content>Resets by hand.</content>
public sealed partial class Intake
{
    /// <summary>Resets what latched rules say of a series, from here on in the order of the journal.</summary>
    /// <param name="series"><c>kind/device/quantity</c>.</param>
    /// <returns>False when there is no such series, or when nothing is taken in at the moment.</returns>
    public bool ResetSeries(string series)
    {
        var name = Encoding.UTF8.GetBytes(series);
        lock (order)
        {
            var now = clock.NowMicros();
            if (stopping || router.PendingControls >= options.PendingReportsLimit * router.Count || ResetReading.Of(register, name, now) is not { } reading)
            {
                return false;
            }

            Append(JournalEntryKind.Reset, now, "", name, new Released { Control = reading, IsControl = true });
            return true;
        }
    }
}
