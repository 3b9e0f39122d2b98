namespace PingAnIoT.Rules.Tests;

/// <summary>Random journals: what <see cref="OracleCase"/>'s rules are judged over.</summary>
internal static class OracleJournal
{
    /// <summary>Of several devices, which say this and that.</summary>
    public static List<Reading> Make(Random random, int length, int busy)
    {
        var journal = new List<Reading>();
        var now = Scenario.Epoch;
        var isTicking = true;
        for (var left = length; left > 0; left--)
        {
            now += random.Next(25) == 0
                ? OracleCase.Pick<long>(random, 3_000_000, 8_000_000, 60_000_000) : OracleCase.Pick<long>(random, 0, 0, 100_000, 500_000, 1_000_000, 1_000_000, 1_700_000);
            isTicking ^= random.Next(20) == 0;
            if (isTicking && random.Next(3) == 0)
            {
                if (journal.Count > 0 && random.Next(8) == 0)
                {
                    now = Math.Max(now, journal[^random.Next(1, Math.Min(4, journal.Count) + 1)].ReceiveTimeMicros + Boundary(random));
                }

                journal.Add(Reading.Tick(now + (random.Next(20) == 0 ? -1_500_000 : 0)));
                continue;
            }

            journal.Add(MakeReading(random, journal, now, random.Next(busy)));
            now = Math.Max(now, Math.Min(journal[^1].ReceiveTimeMicros, now + 30_000_001));
        }

        return journal;
    }

    /// <summary>
    /// Of one device that says much and mostly the same: its windows hold many readings and few again after a pause, and most readings change nothing.
    /// In some journals there are values that are no decimal of a few digits.
    /// </summary>
    public static List<Reading> MakeDense(Random random)
    {
        var journal = new List<Reading>();
        var now = Scenario.Epoch;
        var device = OracleCase.Pick(random, 0, 1, 2, 6);
        var level = random.Next(-1, 9);
        var odd = OracleCase.Pick(random, int.MaxValue, 40, 6);
        var step = OracleCase.Pick<long>(random, 40_000, 150_000, 400_000);
        for (var left = random.Next(30, 160); left > 0; left--)
        {
            now += random.Next(40) == 0 ? OracleCase.Pick<long>(random, 2_500_000, 8_000_000, 60_000_000, 5_000_000_000) : random.NextInt64(2 * step);
            level = random.Next(40) == 0 ? random.Next(-1, 9) : level;
            if (random.Next(8) == 0)
            {
                journal.Add(Reading.Tick(now));
                continue;
            }

            if (random.Next(20) == 0)
            {
                journal.Add(MakeReading(random, journal, now, device));
                continue;
            }

            var value = random.Next(25) == 0 ? random.Next(11) : level + (random.Next(3) * 0.25);
            var delay = random.Next(8) == 0 ? OracleCase.Pick<long>(random, 0, 300_000, 600_000, 1_100_000, 2_100_000, 40_000_000) : 100_000;
            journal.Add(new Reading(
                device, (ushort)(random.Next(6) == 0 ? random.Next(3) : 0), ReadingFlags.None, now - delay, now, random.Next(odd) == 0 ? value + (1 / 3.0) : value));
        }

        return journal;
    }

    /// <summary>
    /// What the rules' and options' lengths come to: another reading that far from one before it lies on the boundary of some window, hold, wait, lateness or
    /// carry, or a microsecond to either side.
    /// </summary>
    private static long Boundary(Random random) => random.Next(-1, 2) + OracleCase.Pick<long>(
        random, 0, 500_000, 1_000_000, 2_000_000, 2_500_000, 3_000_000, 4_000_000, 5_000_000, 6_000_000, 10_000_000, 12_000_000, 30_000_000);

    private static Reading MakeReading(Random random, List<Reading> journal, long now, int device)
    {
        if (random.Next(16) == 0)
        {
            return Reading.Reset(device, device is 4 or 5 ? 0 : random.Next(2), now);
        }

        if (random.Next(12) == 0)
        {
            return new Reading(random.Next(4, 6), 0, ReadingFlags.None, now, now + random.Next(-3, 3), random.Next(2));
        }

        var receive = now + (random.Next(10) == 0 ? OracleCase.Pick<long>(random, -3_000, -800_000, -4_000_000) : 0);
        var delay = random.Next(3) != 0 ? 100_000 : OracleCase.Pick<long>(
            random, 0, -1_000_000, 300_000, 600_000, 1_100_000, 2_100_000, 3_500_000, 4_000_000, 4_000_001, 20_000_000, 30_000_000, 30_000_001, 100_000_000);
        var time = receive - delay;
        var earlier = journal.Where(r => r.Device == device && !r.IsReset).ToList();
        if (earlier.Count > 0 && random.Next(10) == 0)
        {
            time = earlier[random.Next(earlier.Count)].EventTimeMicros;
        }
        else if (earlier.Count > 0 && random.Next(6) == 0)
        {
            // Mostly it comes when it is measured, if that is to come.
            time = earlier[^random.Next(1, Math.Min(4, earlier.Count) + 1)].EventTimeMicros + (random.Next(3) == 0 ? -1 : 1) * Boundary(random);
            receive = random.Next(4) == 0 ? receive : Math.Max(receive, time);
        }

        var isGateway = device is 4 or 5;
        var quantity = (ushort)(isGateway ? 0 : random.Next(10) < 7 ? 0 : random.Next(3));
        var value = isGateway ? random.Next(2) : random.Next(11) - (random.Next(4) * 0.25);
        if (random.Next(4) == 0 && earlier.FindLast(r => r.Quantity == quantity) is { IsTick: false, EventTimeMicros: > 0 } before)
        {
            value = before.Value;
        }

        return new Reading(device, quantity, (ReadingFlags)(random.Next(9) == 0 ? 1 : 0), time, receive, value);
    }
}
