namespace PingAnIoT.Alerts;

/// <summary>
/// For which places the fallback channel has been called: once an incident (or place, where a card stands for all of it), news and window, and no more in a window than anybody could read; the last
/// of them says that there are others. What is overdue, which may be so for ever, has half of them at most. Threading: from any thread.
/// </summary>
internal sealed class UnattendedPlaces(NoticeBounds bounds)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Place, long? Incident, string? News, bool IsOverdue), long> calls = [];

    public bool Admit(NoticeCard card, long nowMicros)
    {
        lock (gate)
        {
            foreach (var old in calls.Where(c => c.Value <= nowMicros - (bounds.Window.Ticks / TimeSpan.TicksPerMicrosecond)).Select(c => c.Key).ToList())
            {
                calls.Remove(old);
            }

            var call = CallOf(card);
            var hasRoom = calls.Count < bounds.CardsPerWindow && (!call.IsOverdue || calls.Keys.Count(c => c.IsOverdue) < bounds.CardsPerWindow / 2);
            return hasRoom && calls.TryAdd(call, nowMicros);
        }
    }

    /// <summary>One to try with: what it admits is not called for.</summary>
    public UnattendedPlaces Copy()
    {
        var copy = new UnattendedPlaces(bounds);
        lock (gate)
        {
            foreach (var (call, atMicros) in calls)
            {
                copy.calls[call] = atMicros;
            }
        }

        return copy;
    }

    /// <summary>The call did not go through: it is made again.</summary>
    public void Forget(NoticeCard card)
    {
        lock (gate)
        {
            calls.Remove(CallOf(card));
        }
    }

    private static (string Place, long? Incident, string? News, bool IsOverdue) CallOf(NoticeCard card) =>
        (card.Place, card.Incident, card.News, card.Reason == NoticeReason.Breached);
}
