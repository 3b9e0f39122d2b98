using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>
/// From names to devices and quantities, under the rights of one gateway. Names of records are <c>{kind}/{device}/{quantity}</c>,
/// or just the quantity where the topic names the device. A device not in the register enrols itself by its first true reading.
/// </summary>
internal sealed class SenmlMapping(DeviceRegister register)
{
    private MessageContext context;
    private int gatewayIndex;

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
        deviceReason = FindKind(kindName, deviceName, out kind);
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
    public void Map(SenmlPack pack, in MessageTopic topic, ReadingBatch readings, List<Refusal> refusals)
    {
        ReadOnlySpan<byte> resolved = topic.KindAndDevice;
        foreach (ref readonly var record in pack.Records)
        {
            var reason = RefusalReason.DeviceNameInvalid;
            if (record.NameLength >= 0)
            {
                var name = pack.NameOf(record);
                var slash = name.LastIndexOf((byte)'/');
                reason = topic.IsPack ? ResolveInPack(name, slash, ref resolved) : CheckOwn(name, slash, topic);
                if (reason == RefusalReason.None)
                {
                    reason = MapRecord(record, resolved, name[(slash + 1)..], readings);
                }
            }

            if (reason != RefusalReason.None)
            {
                refusals.Add(new Refusal(reason, record.Offset));
            }
        }
    }

    private RefusalReason ResolveInPack(ReadOnlySpan<byte> name, int slash, ref ReadOnlySpan<byte> resolved)
    {
        if (slash <= 0)
        {
            return RefusalReason.KindUnknown;
        }

        // Records of one device mostly follow each other: resolve it once.
        var kindAndDevice = name[..slash];
        if (kindAndDevice.SequenceEqual(resolved))
        {
            return deviceReason;
        }

        resolved = kindAndDevice;
        Split(kindAndDevice, out var kindName, out var deviceName);
        return Resolve(kindName, deviceName);
    }

    /// <summary>Under a one-device topic a record names a quantity, or in full a quantity of that same device.</summary>
    private RefusalReason CheckOwn(ReadOnlySpan<byte> name, int slash, in MessageTopic topic)
    {
        if (slash < 0 || name[..slash].SequenceEqual(topic.KindAndDevice))
        {
            return deviceReason;
        }

        Split(name[..slash], out var kindName, out var deviceName);
        var reason = FindKind(kindName, deviceName, out _);
        return reason == RefusalReason.None ? RefusalReason.DeviceForeign : reason;
    }

    private RefusalReason MapRecord(
        in SenmlRecord record, ReadOnlySpan<byte> kindAndDevice, ReadOnlySpan<byte> quantityName, ReadingBatch readings)
    {
        var quantities = register.Catalog.Kinds[kind];
        var quantity = quantities.FindQuantity(quantityName);
        if (quantity < 0)
        {
            return RefusalReason.QuantityUnknown;
        }

        var value = record.Value;
        var reason = Check(record, quantities.Quantities[quantity], ref value);
        if (reason != RefusalReason.None)
        {
            return reason;
        }

        if (!EventTime.TrySenml(record.TimeSeconds, context.ReceiveTimeMicros, out var micros, out var flags))
        {
            return RefusalReason.TimeInvalid;
        }

        if (device < 0)
        {
            Split(kindAndDevice, out _, out var deviceName);
            reason = Enrol(deviceName);
            if (reason != RefusalReason.None)
            {
                return reason;
            }
        }

        readings.Add(new Reading(device, (ushort)quantity, flags, micros, context.ReceiveTimeMicros, value));
        return RefusalReason.None;
    }

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

    private RefusalReason FindKind(ReadOnlySpan<byte> kindName, ReadOnlySpan<byte> deviceName, out int found)
    {
        found = register.Catalog.FindKind(kindName);
        if (found < 0 || kindName.SequenceEqual("gateway"u8))
        {
            return RefusalReason.KindUnknown;
        }

        return DeviceRegister.IsValidName(deviceName) ? RefusalReason.None : RefusalReason.DeviceNameInvalid;
    }

    private static void Split(ReadOnlySpan<byte> kindAndDevice, out ReadOnlySpan<byte> kindName, out ReadOnlySpan<byte> deviceName)
    {
        var slash = kindAndDevice.IndexOf((byte)'/');
        kindName = slash < 0 ? kindAndDevice : kindAndDevice[..slash];
        deviceName = slash < 0 ? default : kindAndDevice[(slash + 1)..];
    }
}
