using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Ingest;
using PingAnIoT.Simulators;

namespace PingAnIoT.Bench;

/// <summary>What a stopped server's journal holds of what was acknowledged.</summary>
/// <param name="Messages">In the journal.</param>
/// <param name="Lost">Acknowledged and not in it.</param>
/// <param name="Again">In it more than once.</param>
/// <param name="Strangers">In it though no gateway said them.</param>
/// <param name="Refused">In it as refused.</param>
/// <param name="DamagedBytes">That could not be read.</param>
internal sealed record JournalProof(long Messages, long Lost, long Again, long Strangers, long Refused, long DamagedBytes)
{
    /// <summary>Reads the whole journal once and makes every message once more.</summary>
    /// <param name="data">The server's data folder.</param>
    /// <param name="plan">The same as was played.</param>
    /// <param name="options">The same as was played.</param>
    /// <param name="load">What was acknowledged.</param>
    public static JournalProof Of(string data, TruthPlan plan, CityOptions options, FleetWireLoad load)
    {
        var source = new FleetSource(plan, options.Source());
        var gateways = plan.Fleet.Gateways.Select((name, g) => (name, Proof: new GatewayProof(source, g, load.Progress(g))))
            .ToDictionary(g => g.name, g => g.Proof, StringComparer.Ordinal);
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var journal = Journal.Open(
            Path.Combine(data, "journal"), new JournalOptions(), TimeProvider.System, NullLoggerFactory.Instance, meters.GetRequiredService<IMeterFactory>());
        using var reader = journal.Read();
        var (messages, refused, strangers) = (0L, 0L, 0L);
        while (reader.Read())
        {
            if (!JournalEntry.TryRead(reader.Body, out var entry) || entry.Kind != JournalEntryKind.Messages)
            {
                continue;
            }

            var known = gateways.GetValueOrDefault(entry.Gateway);
            var records = new MessageRecords(entry.Content);
            while (records.MoveNext())
            {
                messages++;
                if (options.ForgetEach > 0 && messages % options.ForgetEach == 0)
                {
                    continue;
                }

                refused += records.Reason == RefusalReason.None ? 0 : 1;
                strangers += known is null ? 1 : 0;
                known?.Take(MessageHash.Of(records.Topic, records.Payload));
            }
        }

        foreach (var gateway in gateways.Values)
        {
            gateway.Finish();
        }

        return new JournalProof(
            messages, gateways.Values.Sum(g => g.Lost), gateways.Values.Sum(g => g.Again), strangers + gateways.Values.Sum(g => g.Strangers), refused, reader.DamagedBytes);
    }
}
