using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// From names to devices and quantities, under the rights of one gateway. Names of records are <c>{kind}/{device}/{quantity}</c>,
/// or just the quantity where the topic names the device. A device not in the register enrols itself by its first true reading.
/// </summary>
internal sealed class SenmlMapping(DeviceRegister register)
{
    private readonly Kind[] kinds = [.. register.Catalog.Kinds];
    private readonly int gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
    private MessageContext context;
    private int gatewayIndex;

    // The time of the record before.
    private (long SecondsBits, bool IsValid, long Micros, ReadingFlags Flags) eventTime;

    // The device last resolved, and whether this gateway may speak for it.
    private int kind;
    private int device;
    private RefusalReason deviceReason;

    /// <summary>Index of the device last resolved; -1 for one not in the register (yet).</summary>
    public int Device => device;

    /// <summary>Index of its kind.</summary>
    public int Kind => kind;

    public void Begin(in MessageContext messageContext)
    {
        context = messageContext;
        gatewayIndex = register.GatewayIndex(context.Gateway);
    }

    /// <summary>Looks up a device and the gateway's right to it. One that is not in the register may be enrolled later.</summary>
    public RefusalReason Resolve(ReadOnlySpan<byte> kindName, ReadOnlySpan<byte> deviceName)
    {
        device = -1;
        kind = FindKind(kindName);
        deviceReason = CheckNames(kind, deviceName);
        if (deviceReason == RefusalReason.None)
        {
            device = register.Find(kind, deviceName);
            if (device >= 0 && !register.MayPublish(device, gatewayIndex))
            {
                deviceReason = RefusalReason.DeviceForeign;
            }
        }

        return deviceReason;
    }

    /// <summary>Takes the device that was resolved last into the register.</summary>
    /// <param name="deviceName">Its name.</param>
    public RefusalReason Enrol(ReadOnlySpan<byte> deviceName)
    {
        device = register.FindOrEnrol(kind, deviceName, context.Gateway);
        if (device < 0)
        {
            deviceReason = RefusalReason.DeviceUnknown;
            return deviceReason;
        }

        // Another gateway may have been quicker.
        gatewayIndex = register.GatewayIndex(context.Gateway);
        deviceReason = register.MayPublish(device, gatewayIndex) ? RefusalReason.None : RefusalReason.DeviceForeign;
        return deviceReason;
    }

    /// <summary>Makes readings of a pack's records, each judged by itself. For a one-device topic the device is resolved already.</summary>
    public void Map(PackSpace space, in MessageTopic topic, ReadingBatch readings, List<Refusal> refusals)
    {
        var pack = space.Pack;
        var isPack = topic.IsPack;
        if (isPack)
        {
            LookUp(space);
        }

        var selected = -1;
        var taken = readings.Reserve(pack.Records.Length);
        var count = 0;
        eventTime = default;
        foreach (ref readonly var record in pack.Records)
        {
            var reason = record.Quantity.Length < 0 ? RefusalReason.DeviceNameInvalid
                : !isPack ? CheckOwn(pack, record.Device, topic)
                : record.Device < 0 ? RefusalReason.KindUnknown
                : record.Device == selected ? deviceReason
                : Select(space, selected = record.Device);
            if (reason == RefusalReason.None)
            {
                reason = MapRecord(space, record, topic, ref taken[count]);
            }

            if (reason == RefusalReason.None)
            {
                count++;
            }
            else
            {
                refusals.Add(new Refusal(reason, record.Offset));
            }
        }

        readings.Advance(count);
    }

    /// <summary>Looks up all devices of a pack at once: one after the other would be waiting for memory most of the time.</summary>
    private void LookUp(PackSpace space)
    {
        var devices = space.Pack.Devices;
        var texts = space.Pack.Texts;
        space.Fit(devices.Length);
        var lookups = space.Lookups;
        var reasons = space.Reasons;

        ReadOnlySpan<byte> lastKindName = default;
        var lastKind = -1;
        for (var i = 0; i < devices.Length; i++)
        {
            Split(texts.Slice(devices[i].Start, devices[i].Length), out var kindName, out var deviceName);
            if (!kindName.SequenceEqual(lastKindName))
            {
                lastKindName = kindName;
                lastKind = FindKind(kindName);
            }

            var reason = CheckNames(lastKind, deviceName);
            reasons[i] = reason;
            lookups[i] = new DeviceLookup
            {
                Kind = reason == RefusalReason.None ? lastKind : -1,
                NameStart = devices[i].Start + devices[i].Length - deviceName.Length,
                NameLength = deviceName.Length,
            };
        }

        register.Find(lookups.AsSpan(0, devices.Length), texts);
    }

    /// <summary>Records of one device mostly follow each other: its rights are looked at once.</summary>
    private RefusalReason Select(PackSpace space, int index)
    {
        ref readonly var lookup = ref space.Lookups[index];
        (kind, device, deviceReason) = (lookup.Kind, lookup.Device, space.Reasons[index]);
        if (deviceReason != RefusalReason.None)
        {
            return deviceReason;
        }

        if (device < 0)
        {
            // It may have been enrolled by a record before.
            device = register.Find(kind, DeviceName(space, index));
        }

        if (device >= 0 && !register.MayPublish(device, gatewayIndex))
        {
            deviceReason = RefusalReason.DeviceForeign;
        }

        return deviceReason;
    }

    /// <summary>Under a one-device topic a record names a quantity, or in full a quantity of that same device.</summary>
    private RefusalReason CheckOwn(SenmlPack pack, int index, in MessageTopic topic)
    {
        if (index < 0)
        {
            return deviceReason;
        }

        var name = pack.Devices[index];
        var kindAndDevice = pack.Texts.Slice(name.Start, name.Length);
        if (kindAndDevice.SequenceEqual(topic.KindAndDevice))
        {
            return deviceReason;
        }

        Split(kindAndDevice, out var kindName, out var deviceName);
        var reason = CheckNames(FindKind(kindName), deviceName);
        return reason == RefusalReason.None ? RefusalReason.DeviceForeign : reason;
    }

    private RefusalReason MapRecord(PackSpace space, in SenmlRecord record, in MessageTopic topic, ref Reading reading)
    {
        var quantity = kinds[kind].FindQuantity(space.Pack.Texts.Slice(record.Quantity.Start, record.Quantity.Length));
        if (quantity < 0)
        {
            return RefusalReason.QuantityUnknown;
        }

        var value = record.Value;
        var reason = Check(record, kinds[kind][quantity], ref value);
        if (reason != RefusalReason.None)
        {
            return reason;
        }

        // Most records of a pack have the time of the one before.
        if (BitConverter.DoubleToInt64Bits(record.TimeSeconds) != eventTime.SecondsBits || !eventTime.IsValid)
        {
            var isValid = EventTime.TrySenml(record.TimeSeconds, context.ReceiveTimeMicros, out var micros, out var flags);
            eventTime = (BitConverter.DoubleToInt64Bits(record.TimeSeconds), isValid, micros, flags);
            if (!isValid)
            {
                return RefusalReason.TimeInvalid;
            }
        }

        if (device < 0)
        {
            reason = Enrol(topic.IsPack ? DeviceName(space, record.Device) : topic.Device);
            if (reason != RefusalReason.None)
            {
                return reason;
            }
        }

        reading = new Reading(device, (ushort)quantity, eventTime.Flags, eventTime.Micros, context.ReceiveTimeMicros, value);
        return RefusalReason.None;
    }

    private static ReadOnlySpan<byte> DeviceName(PackSpace space, int index) =>
        space.Pack.Texts.Slice(space.Lookups[index].NameStart, space.Lookups[index].NameLength);

    private static RefusalReason Check(in SenmlRecord record, Quantity quantity, ref double value)
    {
        switch (record.ValueKind)
        {
            case SenmlValueKind.Number:
                return ReadingCheck.Number(quantity, record.Unit, ref value);
            case SenmlValueKind.Boolean:
                // A base unit cannot mean the booleans of a pack; one given with the value itself can only be a mistake.
                return record.UnitIsOwn && record.Unit != Units.None ? RefusalReason.UnitMismatch : ReadingCheck.Boolean(quantity);
            default:
                return RefusalReason.ValueTypeWrong;
        }
    }

    private int FindKind(ReadOnlySpan<byte> kindName)
    {
        var found = register.Catalog.FindKind(kindName);
        return found == gatewayKind ? -1 : found;
    }

    private static RefusalReason CheckNames(int kind, ReadOnlySpan<byte> deviceName) =>
        kind < 0 ? RefusalReason.KindUnknown
        : DeviceRegister.IsValidName(deviceName) ? RefusalReason.None
        : RefusalReason.DeviceNameInvalid;

    private static void Split(ReadOnlySpan<byte> kindAndDevice, out ReadOnlySpan<byte> kindName, out ReadOnlySpan<byte> deviceName)
    {
        var slash = kindAndDevice.IndexOf((byte)'/');
        kindName = slash < 0 ? kindAndDevice : kindAndDevice[..slash];
        deviceName = slash < 0 ? default : kindAndDevice[(slash + 1)..];
    }
}
