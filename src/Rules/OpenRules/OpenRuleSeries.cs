using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// Which series an open rule named. Threading: owned by whoever feeds the rules.
/// </summary>
internal sealed class OpenRuleSeries
{
    private readonly DeviceRegister register;
    private readonly List<(int Kind, string Device, int Quantity)> patterns = [];

    // By device: a bit for each quantity named. Devices that came later are looked at when they are first read from.
    private ulong[] quantities = [];
    private int known;

    /// <exception cref="ArgumentException">A pattern that names nothing there can be.</exception>
    public OpenRuleSeries(DeviceRegister register, IOpenRule rule)
    {
        this.register = register;
        foreach (var pattern in rule.Series)
        {
            var parts = pattern.Split('/');
            var kind = parts.Length == 3 ? register.Catalog.FindKind(parts[0]) : -1;
            var quantity = kind < 0 ? -1 : register.Catalog.Kinds[kind].FindQuantity(Encoding.UTF8.GetBytes(parts[2]));
            if (quantity < 0 || (parts[1] != "*" && !DeviceRegister.IsValidName(parts[1])))
            {
                throw new ArgumentException($"Open rule '{rule.Id}': '{pattern}' is no kind/device/quantity of the catalog.", nameof(rule));
            }

            patterns.Add((kind, parts[1], quantity));
        }

        if (patterns.Count == 0)
        {
            throw new ArgumentException($"Open rule '{rule.Id}' names no series.", nameof(rule));
        }
    }

    /// <summary>Kind and quantity of the first pattern: what the rule is about, where it speaks of itself.</summary>
    public (int Kind, int Quantity) First => (patterns[0].Kind, patterns[0].Quantity);

    public bool Includes(in Reading reading)
    {
        if (reading.Device >= known)
        {
            Learn();
        }

        return (uint)reading.Device < (uint)known && ((quantities[reading.Device] >> reading.Quantity) & 1) != 0;
    }

    private void Learn()
    {
        var count = register.Count;
        if (count > quantities.Length)
        {
            Array.Resize(ref quantities, Math.Max(count, quantities.Length * 2));
        }

        for (; known < count; known++)
        {
            var record = register[known];
            foreach (var (kind, device, quantity) in patterns)
            {
                if (record.Kind == kind && (device == "*" || device == record.Device))
                {
                    quantities[known] |= 1UL << quantity;
                }
            }
        }
    }
}
