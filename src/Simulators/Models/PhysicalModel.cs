namespace PingAnIoT.Simulators;

/// <summary>A model whose sorts each come with the limit from which on they are dangerous. Threading: immutable, for any thread.</summary>
public abstract class PhysicalModel : DeviceModel
{
    private readonly Dictionary<string, Danger> byName;

    protected PhysicalModel(params Danger[] dangers)
    {
        Dangers = dangers;
        Sorts = [.. dangers.Select(d => d.Sort)];
        byName = dangers.ToDictionary(d => d.Sort.Name);
    }

    public IReadOnlyList<Danger> Dangers { get; }

    public sealed override IReadOnlyList<Sort> Sorts { get; }

    public sealed override double FindableAt(ulong seed, Ailment ailment) =>
        byName.TryGetValue(ailment.Sort.Name, out var danger) ? DangerSearch.First(this, danger, seed, ailment) : double.NaN;

    public sealed override int QuantitiesNeeded(Sort sort) => byName.TryGetValue(sort.Name, out var danger) ? danger.Quantities : 1;
}
