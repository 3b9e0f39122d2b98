using System.Text;

namespace PingAnIoT.Rules;

/// <summary>
/// Which series an open rule named. Threading: <see cref="Includes"/> is for whoever feeds the rules, the rest for any.
/// </summary>
internal sealed class OpenRuleSeries
{
    private readonly DeviceRegister register;
    private readonly List<(int Kind, string Device, int Quantity, OpenWindowInput? Window)> patterns = [];

    // By device: a bit for each quantity named. Devices that came later are looked at when they are first read from.
    private ulong[] quantities = [];
    private int known;

    /// <exception cref="ArgumentException">A pattern that names nothing there can be, or no window.</exception>
    public OpenRuleSeries(DeviceRegister register, IOpenRule rule)
    {
        this.register = register;
        foreach (var pattern in rule.Series)
        {
            var space = pattern.IndexOf(' ');
            var parts = (space < 0 ? pattern : pattern[..space]).Split('/');
            var kind = parts.Length == 3 ? register.Catalog.FindKind(parts[0]) : -1;
            var quantity = kind < 0 ? -1 : register.Catalog.Kinds[kind].FindQuantity(Encoding.UTF8.GetBytes(parts[2]));
            if (quantity < 0 || (parts[1] != "*" && !DeviceRegister.IsValidName(parts[1])))
            {
                throw new ArgumentException($"Open rule '{rule.Id}': '{pattern}' is no kind/device/quantity of the catalog.", nameof(rule));
            }

            OpenWindowInput? window = null;
            if (space >= 0 && (window = OpenWindowInput.Read(pattern[(space + 1)..], out var fault)) is null)
            {
                throw new ArgumentException($"Open rule '{rule.Id}': '{pattern}': {fault}.", nameof(rule));
            }

            patterns.Add((kind, parts[1], quantity, window));
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

    /// <summary>A series that is included, as the rule wants it.</summary>
    public OpenSeries Make(int device, int quantity, Scratch scratch)
    {
        var record = register[device];
        var own = patterns.Where(p => p.Kind == record.Kind && p.Quantity == quantity && IsFor(p.Device, record)).Select(p => p.Window).Distinct().ToList();
        return new OpenSeries(register.SeriesName(device, quantity), own.Contains(null), [.. own.OfType<OpenWindowInput>().Select(w => new OpenWindow(w, scratch))]);
    }

    private static bool IsFor(string pattern, DeviceRecord record) => pattern == "*" || pattern == record.Device;

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
            foreach (var (kind, device, quantity, _) in patterns)
            {
                if (record.Kind == kind && IsFor(device, record))
                {
                    quantities[known] |= 1UL << quantity;
                }
            }
        }
    }
}
