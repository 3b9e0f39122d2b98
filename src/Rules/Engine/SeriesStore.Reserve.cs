namespace PingAnIoT.Rules;

/// <content>Room that a start asks for at once: what is not asked for here comes in its time, so that none of it changes what is put there.</content>
internal sealed unsafe partial class SeriesStore
{
    /// <summary>Of room that is asked for at once, one part in so many is for those that come later.</summary>
    private const int SpareShare = 16;

    /// <summary>Room for so many more, so that nothing is moved while they come. Only a wish: what is too much to ask for comes in its time.</summary>
    /// <param name="registered">How many devices the register has.</param>
    /// <param name="devices">How many come of each kind.</param>
    public void Reserve(int registered, ReadOnlySpan<int> devices)
    {
        var (words, absences) = (placeCount, (long)AbsenceCount);
        for (var kind = 0; kind < devices.Length; kind++)
        {
            var count = PlacesOf(plan.OfKind(kind));
            for (var i = 0; i < devices[kind] && words < Array.MaxLength / sizeof(int); i++)
            {
                words = PlaceFrom(words, count) + count;
            }

            absences += (long)devices[kind] * plan.OfKind(kind).Absents.Length;
        }

        Reserve(Devices, registered, new DeviceSlot { Series = -1 });
        Reserve(places, words, 0);
        Reserve(Absences, absences, default);
    }

    private static void Reserve<T>(FlatArray<T> array, long length, T fill)
        where T : unmanaged
    {
        length += length / SpareShare;
        if (length <= Array.MaxLength / 2 / sizeof(T))
        {
            array.Grow((int)length, fill);
        }
    }
}
