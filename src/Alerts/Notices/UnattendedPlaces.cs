namespace PingAnIoT.Alerts;

/// <summary>
/// For which places the fallback channel has been called: once an incident (or place, where a card stands for all of it), news and window, and no more in a window than anybody could read; the last
/// of them says that there are others. Threading: from any thread.
/// </summary>
internal sealed class UnattendedPlaces(NoticeBounds bounds)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Place, long? Incident, string? News), long> calls = [];

    public bool Admit(NoticeCard card, long nowMicros)
    {
        lock (gate)
        {
            foreach (var old in calls.Where(c => c.Value <= nowMicros - (bounds.Window.Ticks / TimeSpan.TicksPerMicrosecond)).Select(c => c.Key).ToList())
            {
                calls.Remove(old);
            }

            return calls.Count < bounds.CardsPerWindow && calls.TryAdd((card.Place, card.Incident, card.News), nowMicros);
        }
    }

    /// <summary>The call did not go through: it is made again.</summary>
    public void Forget(NoticeCard card)
    {
        lock (gate)
        {
            calls.Remove((card.Place, card.Incident, card.News));
        }
    }
}
