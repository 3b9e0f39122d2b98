using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// Reads one book row. A start reads up to 100,000 of them within its 2 seconds, and the serializer's way with init-only records takes six
/// times as long; so this is by hand, in the order in which the serializer writes, with the words that repeat shared.
/// Threading: one per thread, as it remembers those words.
/// </summary>
internal sealed class AlertRow
{
    private static readonly byte[][] Names =
    [
        .. new[]
        {
            "id", "ruleId", "ruleVersion", "titleZh", "titleEn", "basis", "series", "kind", "device", "quantity", "unit", "gateway", "territory",
            "address", "ownerUnit", "latitude", "longitude", "condition", "colour", "peakColour", "work", "round", "occurrences", "colourChanges",
            "comments", "firstEpisodeMicros", "episodeMicros", "changedEventMicros", "raisedAtMicros", "changedAtMicros", "windowValue", "threshold",
            "evidence", "acknowledged", "closed", "deadlines", "breaches", "firstSequence", "lastSequence",
            "seen", "triaged", "reported", "dispatched", "arrived", "rectified", "confirmed", "shelved", "outOfService", "isLatched",
            "maintenance", "incident", "behind", "chatter", "isUntold", "serves", "roundColour", "missed", "comeBacks",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private const int LatitudeAt = 15, LongitudeAt = 16, WindowValueAt = 30, ThresholdAt = 31, EvidenceAt = 32, AcknowledgedAt = 33, ClosedAt = 34,
        DeadlinesAt = 35, BreachesAt = 36, AlwaysTo = 38, SeenAt = 39, IsLatchedAt = 48, MaintenanceAt = 49, IncidentAt = 50, BehindAt = 51, ChatterAt = 52,
        IsUntoldAt = 53, ServesAt = 54, RoundColourAt = 55, MissedAt = 56, ComeBacksAt = 57;
    private static readonly int FirstText = Index("id"), LastText = Index("ownerUnit");
    private readonly string[] texts = [.. Enumerable.Repeat("", Names.Length)];
    private readonly long[] numbers = new long[Names.Length];
    private readonly double[] values = new double[Names.Length];
    private IncidentRef? lastIncident;

    /// <exception cref="JsonException">It is no book row.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // The start is when it is needed: there is no time to warm up.
    public Alert Read(ReadOnlySpan<byte> state)
    {
        IReadOnlyList<Evidence> evidence = [];
        IReadOnlyList<Deadline> deadlines = [];
        IReadOnlyList<Breach> breaches = [];
        Attestation? acknowledged = null, closed = null;
        Attestation?[]? steps = null;
        bool? isLatched = null;
        MaintenanceMark? maintenance = null;
        IncidentRef? incident = null;
        string? behind = null;
        Chatter? chatter = null;
        bool? isUntold = null;
        string? serves = null;
        Severity? roundColour = null;
        IReadOnlyList<MissedStep>? missed = null;
        int? comeBacks = null;
        var reader = new Utf8JsonReader(state);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        var seen = 0UL;
        for (var expected = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; expected++)
        {
            expected = Find(ref reader, expected);
            seen |= 1UL << expected;
            reader.Read();
            if (expected >= FirstText && expected <= LastText)
            {
                ReadText(ref reader, expected);
                continue;
            }

            switch (expected)
            {
                case EvidenceAt:
                    evidence = ReadEvidence(ref reader);
                    break;
                case AcknowledgedAt:
                    acknowledged = JsonSerializer.Deserialize(ref reader, AlertsJson.Readable.Attestation);
                    break;
                case ClosedAt:
                    closed = JsonSerializer.Deserialize(ref reader, AlertsJson.Readable.Attestation);
                    break;
                case DeadlinesAt:
                    deadlines = ReadDeadlines(ref reader);
                    break;
                case BreachesAt:
                    breaches = JsonSerializer.Deserialize(ref reader, AlertsJson.Readable.IReadOnlyListBreach)!;
                    break;
                case >= SeenAt and < IsLatchedAt:
                    (steps ??= new Attestation?[IsLatchedAt - SeenAt])[expected - SeenAt] = JsonSerializer.Deserialize(ref reader, AlertsJson.Readable.Attestation);
                    break;
                case IsLatchedAt:
                    isLatched = reader.GetBoolean();
                    break;
                case MaintenanceAt:
                    maintenance = JsonSerializer.Deserialize(ref reader, AlertsJson.Readable.MaintenanceMark);
                    break;
                case IncidentAt:
                    incident = ReadIncident(ref reader);
                    break;
                case BehindAt:
                    behind = reader.GetString();
                    break;
                case ChatterAt:
                    chatter = JsonSerializer.Deserialize(ref reader, AlertsJson.Readable.Chatter);
                    break;
                case IsUntoldAt:
                    isUntold = reader.GetBoolean();
                    break;
                case ServesAt:
                    serves = reader.GetString();
                    break;
                case RoundColourAt:
                    roundColour = (Severity)reader.GetInt64();
                    break;
                case MissedAt:
                    missed = JsonSerializer.Deserialize(ref reader, AlertsJson.Readable.IReadOnlyListMissedStep);
                    break;
                case ComeBacksAt:
                    comeBacks = reader.GetInt32();
                    break;
                case LatitudeAt or LongitudeAt or WindowValueAt or ThresholdAt:
                    values[expected] = ReadValue(ref reader);
                    break;
                default:
                    numbers[expected] = reader.GetInt64();
                    break;
            }
        }

        // All but the attestations are always written, up to what every row has had.
        const ulong Always = (1UL << (AlwaysTo + 1)) - 1;
        Expect(((seen | (1UL << AcknowledgedAt) | (1UL << ClosedAt)) & Always) == Always);
        var alert = Make(evidence, acknowledged, closed, deadlines, breaches, incident);
        return steps is null && isLatched is null && maintenance is null && behind is null && chatter is null && isUntold is null && serves is null && roundColour is null && missed is null && comeBacks is null ? alert : alert with
        {
            Seen = steps?[0], Triaged = steps?[1], Reported = steps?[2], Dispatched = steps?[3], Arrived = steps?[4], Rectified = steps?[5],
            Confirmed = steps?[6], Shelved = steps?[7], OutOfService = steps?[8], IsLatched = isLatched, Maintenance = maintenance, Behind = behind,
            Chatter = chatter, IsUntold = isUntold, Serves = serves, RoundColour = roundColour, Missed = missed, ComeBacks = comeBacks,
        };
    }

    private Alert Make(
        IReadOnlyList<Evidence> evidence, Attestation? acknowledged, Attestation? closed, IReadOnlyList<Deadline> deadlines, IReadOnlyList<Breach> breaches,
        IncidentRef? incident) => new()
    {
        Id = texts[0],
        RuleId = texts[1],
        RuleVersion = texts[2],
        TitleZh = texts[3],
        TitleEn = texts[4],
        Basis = texts[5],
        Series = texts[6],
        Kind = texts[7],
        Device = texts[8],
        Quantity = texts[9],
        Unit = texts[10],
        Gateway = texts[11],
        Territory = texts[12],
        Address = texts[13],
        OwnerUnit = texts[14],
        Latitude = values[LatitudeAt],
        Longitude = values[LongitudeAt],
        Condition = (AlertCondition)numbers[17],
        Colour = (Severity)numbers[18],
        PeakColour = (Severity)numbers[19],
        Work = (WorkState)numbers[20],
        Round = (int)numbers[21],
        Occurrences = (int)numbers[22],
        ColourChanges = (int)numbers[23],
        Comments = (int)numbers[24],
        FirstEpisodeMicros = numbers[25],
        EpisodeMicros = numbers[26],
        ChangedEventMicros = numbers[27],
        RaisedAtMicros = numbers[28],
        ChangedAtMicros = numbers[29],
        WindowValue = values[WindowValueAt],
        Threshold = values[ThresholdAt],
        Evidence = evidence,
        Acknowledged = acknowledged,
        Closed = closed,
        Deadlines = deadlines,
        Breaches = breaches,
        Incident = incident,
        FirstSequence = numbers[37],
        LastSequence = numbers[38],
    };

    private static int Index(string name) => Array.FindIndex(Names, n => n.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(name)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Find(ref Utf8JsonReader reader, int expected)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            var at = (expected + i) % Names.Length;
            if (reader.ValueTextEquals(Names[at]))
            {
                return at;
            }
        }

        throw new JsonException("A book row has a field that is not known: " + reader.GetString());
    }

    /// <summary>Most words are the same as in the row before: titles, units, operators.</summary>
    private void ReadText(ref Utf8JsonReader reader, int at)
    {
        Expect(reader.TokenType == JsonTokenType.String);
        if (!reader.ValueTextEquals(texts[at]))
        {
            texts[at] = reader.GetString()!;
        }
    }

    private static double ReadValue(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number
        ? reader.GetDouble()
        : reader.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw new JsonException("A book row has a value that is no number."),
        };

    private static List<Evidence> ReadEvidence(ref Utf8JsonReader reader)
    {
        var list = new List<Evidence>(8);
        Expect(reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            long time = 0;
            double value = 0;
            string? series = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isTime = reader.ValueTextEquals("eventTimeMicros"u8);
                var isSeries = !isTime && reader.ValueTextEquals("series"u8);
                Expect(isTime || isSeries || reader.ValueTextEquals("value"u8));
                reader.Read();
                if (isTime)
                {
                    time = reader.GetInt64();
                }
                else if (isSeries)
                {
                    series = reader.GetString();
                }
                else
                {
                    value = ReadValue(ref reader);
                }
            }

            list.Add(new Evidence(time, value, series));
        }

        return list;
    }

    /// <summary>One object for the alerts of an incident that lie side by side.</summary>
    private IncidentRef ReadIncident(ref Utf8JsonReader reader)
    {
        long id = 0, cause = 0, opened = 0;
        Expect(reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ref var field = ref opened;
            if (reader.ValueTextEquals("id"u8))
            {
                field = ref id;
            }
            else if (reader.ValueTextEquals("cause"u8))
            {
                field = ref cause;
            }
            else
            {
                Expect(reader.ValueTextEquals("openedMicros"u8));
            }

            reader.Read();
            field = reader.GetInt64();
        }

        var found = new IncidentRef(id, (IncidentCause)cause, opened);
        return lastIncident = lastIncident == found ? lastIncident : found;
    }

    private static List<Deadline> ReadDeadlines(ref Utf8JsonReader reader)
    {
        var list = new List<Deadline>(2);
        Expect(reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            long step = 0, level = 0, round = 0, due = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ref var field = ref due;
                if (reader.ValueTextEquals("step"u8))
                {
                    field = ref step;
                }
                else if (reader.ValueTextEquals("level"u8))
                {
                    field = ref level;
                }
                else if (reader.ValueTextEquals("round"u8))
                {
                    field = ref round;
                }
                else
                {
                    Expect(reader.ValueTextEquals("dueMicros"u8));
                }

                reader.Read();
                field = reader.GetInt64();
            }

            list.Add(new Deadline((WorkState)step, (int)level, (int)round, due));
        }

        return list;
    }

    private static void Expect(bool right)
    {
        if (!right)
        {
            throw new JsonException("A book row is not as it is written.");
        }
    }
}
