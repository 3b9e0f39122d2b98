using System.Reactive;
using System.Reactive.Linq;

namespace PingAnIoT.Rules;

/// <summary>The engine as an Rx operator.</summary>
public static class ReadingObservableExtensions
{
    /// <summary>
    /// Judges batches of readings and ticks as they come. Each subscription has an engine of its own and runs on the thread that pushes.
    /// Batches are read during the push only and may be pooled.
    /// </summary>
    public static IObservable<Transition> Evaluate(
        this IObservable<ReadingBatch> readings, DeviceRegister register, RuleSet rules, EngineOptions? options = null) =>
        Observable.Create<Transition>(transitions =>
        {
            var engine = new Engine(register, rules, options ?? new EngineOptions(), transitions.OnNext);
            return readings.Subscribe(Observer.Create<ReadingBatch>(
                batch => engine.Apply(batch.Readings, batch.JournalPosition), transitions.OnError, transitions.OnCompleted));
        });
}
