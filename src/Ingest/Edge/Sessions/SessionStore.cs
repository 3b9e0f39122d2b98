namespace PingAnIoT.Ingest;

/// <summary>
/// Sessions by gateway and client id: a client id is only known within its gateway, so no other gateway can take it over.
/// Threading: any thread, one short lock.
/// </summary>
internal sealed class SessionStore(EdgeOptions options, EdgeMetrics metrics, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Dictionary<string, SessionState>> gateways = new(StringComparer.Ordinal);

    /// <summary>Sessions, connected or remembered.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return gateways.Values.Sum(sessions => sessions.Count);
            }
        }
    }

    /// <summary>Gives <paramref name="link"/> its session. The connection that had it is told that it was taken over.</summary>
    /// <returns>The session and whether it was there before, or null when the gateway has too many.</returns>
    public (SessionState State, bool Present)? Attach(string gateway, string clientId, bool cleanStart, MqttLink link)
    {
        MqttLink? previous;
        SessionState state;
        bool present;
        lock (gate)
        {
            if (!gateways.TryGetValue(gateway, out var sessions))
            {
                gateways.Add(gateway, sessions = new Dictionary<string, SessionState>(StringComparer.Ordinal));
            }

            sessions.TryGetValue(clientId, out var old);
            if (old is null && sessions.Count >= options.SessionsPerGatewayMaximum && !ForgetOldest(sessions))
            {
                return null;
            }

            previous = old?.Link;
            present = old is not null && !cleanStart && old.ExpiresAt > time.GetTimestamp();
            state = present ? old! : new SessionState(gateway, clientId, options.NoticesPerSessionMaximum, metrics);
            state.Link = link;
            state.ExpiresAt = long.MaxValue;
            sessions[clientId] = state;
        }

        previous?.Close(MqttReason.SessionTakenOver);
        return (state, present);
    }

    /// <summary>The connection has ended; its session is kept for a while, unless it has been taken over.</summary>
    public void Detach(SessionState state, MqttLink link, long expirySeconds)
    {
        lock (gate)
        {
            if (state.Link != link)
            {
                return;
            }

            state.Link = null;
            if (expirySeconds > 0)
            {
                state.ExpiresAt = time.GetTimestamp() + (expirySeconds * time.TimestampFrequency);
            }
            else
            {
                Forget(state);
            }
        }
    }

    /// <summary>Forgets what has expired.</summary>
    public void Sweep(long now)
    {
        lock (gate)
        {
            foreach (var sessions in gateways.Values)
            {
                foreach (var state in sessions.Values)
                {
                    if (state.Link is null && state.ExpiresAt <= now)
                    {
                        Forget(state);
                    }
                }
            }
        }
    }

    /// <summary>Those of the gateway's sessions that want its notices.</summary>
    /// <returns>Empty when there is none; then nothing was allocated.</returns>
    public IReadOnlyList<SessionState> Subscribers(string gateway)
    {
        List<SessionState>? found = null;
        lock (gate)
        {
            if (gateways.TryGetValue(gateway, out var sessions))
            {
                foreach (var state in sessions.Values)
                {
                    if (state.IsSubscribed)
                    {
                        (found ??= []).Add(state);
                    }
                }
            }
        }

        return found ?? (IReadOnlyList<SessionState>)[];
    }

    private bool ForgetOldest(Dictionary<string, SessionState> sessions)
    {
        SessionState? oldest = null;
        foreach (var state in sessions.Values)
        {
            if (state.Link is null && (oldest is null || state.ExpiresAt < oldest.ExpiresAt))
            {
                oldest = state;
            }
        }

        if (oldest is not null)
        {
            sessions.Remove(oldest.ClientId);
        }

        return oldest is not null;
    }

    private void Forget(SessionState state)
    {
        if (gateways.TryGetValue(state.Gateway, out var sessions)
            && sessions.TryGetValue(state.ClientId, out var current) && current == state)
        {
            sessions.Remove(state.ClientId);
            if (sessions.Count == 0)
            {
                gateways.Remove(state.Gateway);
            }
        }
    }
}
