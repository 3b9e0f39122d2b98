using PingAnIoT.Alerts;
using PingAnIoT.Ingest;

namespace PingAnIoT.Server;

/// <summary>Resets go through the journal, as all that the engines are told does.</summary>
internal sealed class LatchedRules(RulesInForce rules, IngestPipeline pipeline) : ILatchedRules
{
    public bool IsLatched(string ruleId) => rules.Current.Rules.Any(r => r.Id == ruleId && r.IsLatched);

    public bool Reset(string series) => pipeline.Intake.ResetSeries(series);
}
