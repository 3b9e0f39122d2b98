namespace PingAnIoT.Alerts;

/// <summary>
/// Lets one through at a time: of those who wait, each officer in turn, so that however much one asks for, another waits for no more than one list of
/// each who waits beside him. Threading: from any thread.
/// </summary>
/// <param name="mostOfAll">So many at most are here, who has been let through among them.</param>
/// <param name="mostOfOne">So many of one officer.</param>
internal sealed class ListTurns(int mostOfAll, int mostOfOne)
{
    private readonly Lock gate = new();

    /// <summary>Who waits, in the order in which it is their turn.</summary>
    private readonly List<Line> lines = [];
    private string? within;

    /// <returns>True when it is the officer's turn, which he must end; false when there is no room to wait.</returns>
    /// <exception cref="OperationCanceledException">He gave up waiting.</exception>
    public async Task<bool> EnterAsync(string officer, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            var line = lines.Find(l => l.Officer == officer);
            var own = (line?.Waiting.Count ?? 0) + (within == officer ? 1 : 0);
            if (own >= mostOfOne || lines.Sum(l => l.Waiting.Count) + (within is null ? 0 : 1) >= mostOfAll)
            {
                return false;
            }

            if (within is null)
            {
                within = officer;
                return true;
            }

            if (line is null)
            {
                lines.Add(line = new Line(officer));
            }

            line.Waiting.Add(turn);
        }

        await using (cancellationToken.UnsafeRegister(_ => GiveUp(officer, turn, cancellationToken), null).ConfigureAwait(false))
        {
            await turn.Task.ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Ends the turn; the next comes through.</summary>
    public void Leave()
    {
        lock (gate)
        {
            // Who had his turn just now has another only where nobody else waits.
            var line = lines.Find(l => l.Officer != within) ?? lines.FirstOrDefault();
            within = line?.Officer;
            if (line is null)
            {
                return;
            }

            lines.Remove(line);
            line.Waiting[0].SetResult();
            line.Waiting.RemoveAt(0);
            if (line.Waiting.Count > 0)
            {
                lines.Add(line);
            }
        }
    }

    private void GiveUp(string officer, TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            // Else it is his turn already, and he ends it.
            if (lines.Find(l => l.Officer == officer) is { } line && line.Waiting.Remove(turn))
            {
                turn.SetCanceled(cancellationToken);
                if (line.Waiting.Count == 0)
                {
                    lines.Remove(line);
                }
            }
        }
    }

    private sealed class Line(string officer)
    {
        public string Officer => officer;

        public List<TaskCompletionSource> Waiting { get; } = [];
    }
}
