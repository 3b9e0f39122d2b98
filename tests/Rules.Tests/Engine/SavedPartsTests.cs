namespace PingAnIoT.Rules.Tests;

/// <summary>The bytes with which a series and a silence begin in a snapshot say what they are of, and no other byte is taken.</summary>
public sealed class SavedPartsTests
{
    [Fact]
    public void A_silence_comes_back_as_it_was()
    {
        for (var bits = 0; bits < 16; bits++)
        {
            var absence = new Absence { Device = 7, IsWatched = (bits & 1) != 0, HasReading = (bits & 2) != 0, IsActive = (bits & 4) != 0, LastChange = (bits & 8) != 0 ? 5 : Never.Micros };
            SavedAbsence.HasEpisode(absence).Should().Be((bits & 8) != 0);
            var head = SavedAbsence.HeadOf(absence, SavedAbsence.HasEpisode(absence));
            head.Should().Be((byte)bits, "numbers are persisted");
            var again = SavedAbsence.Of(7, head, out var hasEpisode);
            (again.Device, again.IsWatched, again.HasReading, again.IsActive, hasEpisode).Should().Be((7, absence.IsWatched, absence.HasReading, absence.IsActive, (bits & 8) != 0));
            again.LastChange.Should().Be(Never.Micros);
            SavedAbsence.IsWaiting(absence).Should().Be((bits & 7) == 3);
        }

        foreach (var head in new byte[] { 16, 17, 255 })
        {
            var read = () => SavedAbsence.Of(7, head, out _);
            read.Should().Throw<InvalidDataException>().WithMessage("*a silence is of no known sort*");
        }
    }

    [Fact]
    public void A_series_comes_back_as_it_was()
    {
        for (var bits = 0; bits <= LineArena.BitsMax; bits++)
        {
            foreach (var isWide in new[] { false, true })
            {
                foreach (var hasStates in new[] { false, true })
                {
                    var head = SavedSeries.HeadOf(new BlockForm(bits, isWide), hasStates);
                    head.Should().Be((byte)((2 * bits) + (isWide ? 2 : 1) + (hasStates ? 128 : 0)), "numbers are persisted");
                    SavedSeries.Of(head).Should().Be((new BlockForm(bits, isWide), hasStates));
                }
            }
        }
    }
}
