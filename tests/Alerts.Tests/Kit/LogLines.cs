using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Log lines, kept: the number of each and its text, with what was thrown.</summary>
public sealed class LogLines<T> : ILogger<T>
{
    private readonly ConcurrentQueue<(int Id, string Text)> lines = new();

    public IReadOnlyCollection<(int Id, string Text)> Lines => lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue((eventId.Id, formatter(state, exception) + (exception is null ? "" : " | " + exception)));
}
