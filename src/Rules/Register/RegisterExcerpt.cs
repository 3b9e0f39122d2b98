namespace PingAnIoT.Rules;

/// <summary>What of a register bears on one device: enough to judge it as all of the register would.</summary>
public static class RegisterExcerpt
{
    /// <summary>A register of its own, with the records as they are now, that takes nobody else.</summary>
    /// <param name="register">The whole.</param>
    /// <param name="device">Index in it.</param>
    /// <param name="widest">The widest place that a rule of its kind is over: devices of its kind in the same place are in it too.</param>
    public static DeviceRegister Of(DeviceRegister register, int device, Place widest)
    {
        var excerpt = new DeviceRegister(register.Catalog, unregisteredCapacityDevices: 0);
        var record = register[device];
        excerpt.Register(record);
        if (widest == Place.None || PlaceNumbers.Prefix(record.Territory, (int)widest) is not { } place)
        {
            return excerpt;
        }

        var count = register.Count;
        for (var other = 0; other < count; other++)
        {
            if (register.KindOf(other) == record.Kind && register.TerritoryOf(other) is var territory
                && territory.StartsWith(place, StringComparison.Ordinal) && PlaceNumbers.Prefix(territory, (int)widest) == place)
            {
                excerpt.Register(register[other]);
            }
        }

        return excerpt;
    }

    /// <summary>The widest place that these rules on a kind are over; <see cref="Place.None"/> where each is over one device.</summary>
    public static Place WidestPlace(this RuleSet rules, int kind) =>
        rules.Rules.Where(r => r.Kind == kind && r.Place != Place.None).Select(r => r.Place).DefaultIfEmpty(Place.None).Min();
}
