using System.Reactive.Linq;

namespace PingAnIoT.Rules.Tests;

/// <summary>The engine as a naive Rx query: for each rule and each device a Scan over its part of the journal.</summary>
internal static class OracleQuery
{
    public static IReadOnlyList<Transition> Judge(IReadOnlyList<Reading> journal, DeviceRegister register, RuleSet rules, EngineOptions options)
    {
        var gatewayKind = register.Catalog.FindKind(Catalog.GatewayKind);
        var readings = journal.ToObservable();
        var votes =
            from rule in rules.Rules
            where rule.Function == WindowFunction.Votes
            from place in Enumerable.Range(0, register.Count).Where(d => register[d].Kind == rule.Kind)
                .Select(d => VotesOracle.PlaceOf(rule, register[d])).OfType<string>().Distinct()
            select Votes(rule, place);
        var queries =
            from rule in rules.Rules
            where rule.Function != WindowFunction.Votes
            from device in Enumerable.Range(0, register.Count)
            where register[device].Kind == rule.Kind
            select rule.Function == WindowFunction.Absent ? Absence(rule, device)
                : rule.IsSequence() ? Sequence(rule, device) : rule.Combination != Combination.None ? Combined(rule, device) : Band(rule, device);
        return queries.Concat(votes).SelectMany(q => q.ToEnumerable().ToList()).ToList();

        IObservable<Transition> Band(Rule rule, int device) => readings
            .Where(r => r.IsTick || (r.Device == device && r.Quantity == rule.Quantity))
            .Scan(
                new BandOracle(rule, register[device], register.SeriesName(device, rule.Quantity), options),
                (oracle, reading) => oracle.Step(reading))
            .SelectMany(oracle => oracle.Fired);

        IObservable<Transition> Combined(Rule rule, int device) => readings
            .Where(r => r.IsTick || (r.Device == device && rule.Parts.Any(p => p.Quantity == r.Quantity)))
            .Scan(CombinedOracle.Over(rule, device, register, options), (oracle, reading) => oracle.Step(reading))
            .SelectMany(oracle => oracle.Fired);

        IObservable<Transition> Sequence(Rule rule, int device) => readings
            .Where(r => r.IsTick || (r.Device == device && rule.Parts.Any(p => p.Quantity == r.Quantity)))
            .Scan(SequenceOracle.Over(rule, device, register, options), (oracle, reading) => oracle.Step(reading))
            .SelectMany(oracle => oracle.Fired);

        IObservable<Transition> Votes(Rule rule, string place) => readings
            .Where(r => r.IsTick || (r.Quantity == rule.Quantity && register[r.Device].Kind == rule.Kind && VotesOracle.PlaceOf(rule, register[r.Device]) == place))
            .Scan(new VotesOracle(rule, place, register, options), (oracle, reading) => oracle.Step(reading))
            .SelectMany(oracle => oracle.Fired);

        IObservable<Transition> Absence(Rule rule, int device) => readings
            .Where(r => r.IsTick || (r.Device == device && !r.IsReset) || (!r.IsReset && register[r.Device].Kind == gatewayKind))
            .Scan(
                new AbsenceOracle(rule, register[device], register.SeriesName(device, rule.Quantity), options),
                (oracle, reading) => reading.IsTick || reading.Device == device
                    ? oracle.Step(reading)
                    : oracle.Report(register[reading.Device].Device, reading))
            .SelectMany(oracle => oracle.Fired);
    }
}
