using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>One engine under one feed: only <see cref="Engine.Apply"/> is measured.</summary>
internal sealed class EngineRun(Engine engine, Feed feed) : MeasuredRun(feed)
{
    public Engine Engine => engine;

    protected override void Judge(ReadOnlySpan<Reading> readings, long number) => engine.Apply(readings, number);
}
