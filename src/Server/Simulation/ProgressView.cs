using PingAnIoT.Simulators;

namespace PingAnIoT.Server;

/// <summary>A run's progress, drawn over itself twice a second where a person watches; nothing elsewhere.</summary>
internal sealed class ProgressView(Terminal terminal) : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(0.5);
    private Progress? before;
    private int lines;

    public void Show(Progress now)
    {
        if (!terminal.IsInteractive || (before is not null && now.Elapsed - before.Elapsed < Between))
        {
            return;
        }

        Clear();
        foreach (var line in now.Lines(before))
        {
            terminal.Out.WriteLine(line);
            lines++;
        }

        before = now;
    }

    /// <summary>Takes the last one off the screen.</summary>
    public void Clear()
    {
        for (; lines > 0; lines--)
        {
            terminal.Out.Write("\e[1A\e[2K");
        }
    }

    public void Dispose() => Clear();
}
