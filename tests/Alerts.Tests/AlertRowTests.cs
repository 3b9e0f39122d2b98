using System.Text.Json;
using CsCheck;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>The reader by hand against the serializer: what the one writes, the other reads, whatever the alert.</summary>
public sealed class AlertRowTests
{
    private static readonly double[] OddValues = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, double.Epsilon];
    private static readonly string[] OddTexts = ["", "燃气管道\"超压\"", "\u0000\t<&>'", "same", "same", "same"];
    private static readonly Gen<double> Value = Gen.Select(Gen.Double, Gen.Int[0, 9], (v, i) => i < OddValues.Length ? OddValues[i] : v);
    private static readonly Gen<string> Text = Gen.Select(Gen.String, Gen.Int[0, 9], (t, i) => i < OddTexts.Length ? OddTexts[i] : t);
    private static readonly Gen<Severity> Colour = Gen.Enum<Severity>();
    private static readonly Gen<Evidence> Seen = Gen.Select(Gen.Long, Value, Gen.Bool, (t, v, named) => new Evidence(t, v, named ? "smoke-detector/s1/smoke" : null));
    private static readonly Gen<Attestation> Attested = Gen.Select(Text, Gen.Long, Text, Colour, Gen.Enum<Verdict>(), Text.Null(), (b, a, n, c, v, t) => new Attestation(b, a, n, c, v, t));
    private static readonly Gen<Deadline> Due = Gen.Select(Gen.Enum<WorkState>(), Gen.Int, Gen.Int, Gen.Long, (s, l, r, d) => new Deadline(s, l, r, d));
    private static readonly Gen<Breach> Missed = Gen.Select(
        Gen.Enum<WorkState>(), Gen.Int, Gen.Int, Gen.Long, Gen.Long, Text.Null(), Gen.Bool,
        (s, l, r, d, a, t, told) => new Breach(s, l, r, d, a, t, told ? OfficerRoles.Supervisor : null, told ? Supervision.Listed : null));

    private static readonly Gen<Alert> AnyAlert = Gen.Select(
        Text.Array[15], Value.Array[4], Gen.Long.Array[7], Gen.Int.Array[4], Seen.List[0, 8],
        Gen.Select(Attested.Null(), Attested.Null(), Due.List[0, 3], Missed.List[0, 3]),
        Gen.Select(Gen.Enum<AlertCondition>(), Colour, Colour, Gen.Enum<WorkState>()),
        Gen.Select(Attested.Null().Array[9], Gen.Bool),
        (t, v, n, i, seen, people, state, steps) => new Alert
        {
            Id = t[0], RuleId = t[1], RuleVersion = t[2], TitleZh = t[3], TitleEn = t[4], Basis = t[5], Series = t[6], Kind = t[7], Device = t[8],
            Quantity = t[9], Unit = t[10], Gateway = t[11], Territory = t[12], Address = t[13], OwnerUnit = t[14], Latitude = v[0], Longitude = v[1],
            Condition = state.Item1, Colour = state.Item2, PeakColour = state.Item3, Work = state.Item4, Round = i[0], Occurrences = i[1],
            ColourChanges = i[2], Comments = i[3], FirstEpisodeMicros = n[0], EpisodeMicros = n[1], ChangedEventMicros = n[2], RaisedAtMicros = n[3],
            ChangedAtMicros = n[4], WindowValue = v[2], Threshold = v[3], Evidence = seen, Acknowledged = people.Item1, Closed = people.Item2,
            Deadlines = people.Item3, Breaches = people.Item4, FirstSequence = n[5], LastSequence = n[6],
            Seen = steps.Item1[0], Triaged = steps.Item1[1], Reported = steps.Item1[2], Dispatched = steps.Item1[3], Arrived = steps.Item1[4],
            Rectified = steps.Item1[5], Confirmed = steps.Item1[6], Shelved = steps.Item1[7], OutOfService = steps.Item1[8],
            IsLatched = steps.Item2 ? true : null, Incident = i[2] % 3 == 0 ? null : new IncidentRef(n[0] % 3, IncidentCause.Fault, n[1] % 2),
            Behind = i[1] % 3 == 0 ? null : t[1], Chatter = i[3] % 3 == 0 ? null : new Chatter([n[2], n[3]], i[3], i[3] % 3 == 1 ? n[4] : null),
            IsUntold = i[0] % 3 == 0 ? true : null, Serves = i[1] % 4 == 0 ? t[2] : null, RoundColour = i[0] % 4 == 0 ? state.Item2 : null,
            Missed = i[1] % 4 == 0 ? [new MissedStep(WorkState.Rectified, n[3], i[2] % 2 == 0 ? Supervision.Listed : null)] : null,
            ComeBacks = i[2] % 4 == 0 ? i[3] : null,
        });

    [Fact]
    public void Whatever_is_written_is_read()
    {
        AnyAlert.List[1, 4].Sample(
            alerts =>
            {
                var row = new AlertRow();
                foreach (var alert in alerts)
                {
                    var state = JsonSerializer.SerializeToUtf8Bytes(alert, AlertsJson.Readable.Alert);
                    JsonSerializer.SerializeToUtf8Bytes(row.Read(state), AlertsJson.Readable.Alert).Should().Equal(state);
                }
            },
            iter: 500, threads: 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"other\":1}")]
    [InlineData("{\"id\":\"x\"")]
    public void What_is_no_book_row_is_refused(string state) =>
        FluentActions.Invoking(() => new AlertRow().Read(System.Text.Encoding.UTF8.GetBytes(state))).Should().Throw<JsonException>();
}
