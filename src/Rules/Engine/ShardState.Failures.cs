using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace PingAnIoT.Rules;

/// <content>
/// What should never be: judging one thing fails. What comes behind it is judged all the same, or one device would keep its neighbours from being heard; the first
/// failure is told when all is done.
/// </content>
internal sealed unsafe partial class ShardState
{
    private (Exception Exception, long JournalPosition)? failure;

    /// <returns>Whether the reading counted.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryApply(in Reading reading, Found found)
    {
        try
        {
            return Apply(reading, found);
        }
        catch (Exception e)
        {
            Note(e);
            return false;
        }
    }

    private void TryFireHold(int index, long receive)
    {
        try
        {
            FireHold(index, receive);
        }
        catch (Exception e)
        {
            Note(e);
        }
    }

    private void TryFireAbsence(int index, GatewayWatch.Group group, long now, long receive)
    {
        try
        {
            FireAbsence(index, group, now, receive);
        }
        catch (Exception e)
        {
            Note(e);
        }
    }

    private void Note(Exception exception)
    {
        counters.Failed++;
        failure ??= (exception, writer.Position);
    }

    private void TellFailure()
    {
        if (failure is { } first)
        {
            failure = null;
            writer.Position = first.JournalPosition;
            ExceptionDispatchInfo.Throw(first.Exception);
        }
    }
}
