namespace PingAnIoT.Rules;

/// <content>Hints alone: memory is asked for before its turn. None of it changes what is found there.</content>
internal sealed unsafe partial class ShardState
{
    private const int AbsencesAhead = 16;

    private void AskForSlots(Reading* reading, int count)
    {
        var devices = Store.Devices.Start;
        var deviceCount = Store.Devices.Length;
        for (var end = reading + count; reading < end; reading++)
        {
            if ((uint)reading->Device < (uint)deviceCount)
            {
                Prefetch.Line(devices + reading->Device);
            }
        }
    }

    private void AskForVotes(int place)
    {
        if (place > 0)
        {
            Prefetch.Line(ref Places[place]);
        }
    }

    /// <summary>What looking at those that are due will need some of them later.</summary>
    private void AskForAbsences(int at)
    {
        if (at + (2 * AbsencesAhead) < dueAbsences.Count)
        {
            Prefetch.Line(ref Store.Absences[dueAbsences[at + (2 * AbsencesAhead)]]);
        }

        if (at + AbsencesAhead < dueAbsences.Count)
        {
            Prefetch.Line(ref Store.Devices[Store.Absences[dueAbsences[at + AbsencesAhead]].Device]);
        }
    }
}
