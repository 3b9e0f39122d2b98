using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// A question about one series, answered by its shard between two batches. Threading: asked by any thread, answered by the shard's; whoever
/// asked awaits <see cref="Answer"/>, and may give up.
/// </summary>
internal sealed class SeriesQuestion(int device, int quantity)
{
    private readonly TaskCompletionSource<SeriesExplanation> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Device => device;

    public Task<SeriesExplanation> Answer => answer.Task;

    /// <summary>Nobody waits any more: the shard need not work it out.</summary>
    public void GiveUp() => answer.TrySetCanceled();

    public void AnswerBy(Engine engine)
    {
        if (answer.Task.IsCompleted)
        {
            return;
        }

        try
        {
            answer.TrySetResult(engine.Explain(device, quantity));
        }
        catch (Exception e)
        {
            // A question must never hurt the judging; whoever asked is told.
            answer.TrySetException(e);
        }
    }
}
