using System.Buffers.Binary;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>
/// One live alert as the book keeps it: what every alert has, in some 250 bytes with the words it shares in the <see cref="WordTable"/>; and
/// what only those have with which something was done, as an alert with all else left blank. As objects a million alerts would take 1.3 GB.
/// What is looked for often lies at fixed places. Immutable.
/// </summary>
internal sealed class PackedAlert
{
    private const int FirstAt = 0, DueAt = 8, RaisedAt = 16, TerritoryAt = 24, RuleAt = 28, KindAt = 32, OwnerAt = 36, ConditionAt = 40, PeakAt = 41, WorkAt = 42,
        ColourAt = 43, NamesAt = 44;

    /// <summary>Beside a deadline's level: it is whole seconds after the raise, as most are, and written in three bytes instead of six.</summary>
    private const int InSeconds = 1;
    private const long MicrosASecond = 1_000_000;

    /// <summary>Words behind the last entry's number; the gateway is the first of them.</summary>
    private const int SharedWords = 7;

    /// <summary>An alert of which nothing is known: what is left of one when all that is packed is taken away.</summary>
    private static readonly Alert Blank = new()
    {
        Id = "", RuleId = "", RuleVersion = "", TitleZh = "", TitleEn = "", Basis = "", Series = "", Kind = "", Device = "", Quantity = "", Unit = "",
        Condition = default, Colour = default, PeakColour = default, Work = default, FirstEpisodeMicros = 0, EpisodeMicros = 0, ChangedEventMicros = 0,
        RaisedAtMicros = 0, ChangedAtMicros = 0, FirstSequence = 0, LastSequence = 0,
    };

    private readonly WordTable words;

    private PackedAlert(WordTable words, byte[] facts, Alert? rest) => (this.words, Facts, Rest) = (words, facts, rest);

    public byte[] Facts { get; }

    /// <summary>Null where there is no more to it.</summary>
    public Alert? Rest { get; }

    public long FirstSequence => BinaryPrimitives.ReadInt64LittleEndian(Facts.AsSpan(FirstAt));

    /// <summary>The soonest of its deadlines; <see cref="long.MaxValue"/> when there is none.</summary>
    public long DueMicros => BinaryPrimitives.ReadInt64LittleEndian(Facts.AsSpan(DueAt));

    public string Territory => WordAt(TerritoryAt);

    /// <inheritdoc cref="Alert.Places"/>
    public string Places => Territory is { Length: > 0 } territory ? territory : AlertPlaces.Of("", Rest?.Serves, Kind);

    public string RuleId => WordAt(RuleAt);

    public string Kind => WordAt(KindAt);

    public string OwnerUnit => WordAt(OwnerAt);

    public bool IsActive => (AlertCondition)Facts[ConditionAt] == AlertCondition.Active;

    public bool IsOpen => (WorkState)Facts[WorkAt] != WorkState.Closed;

    public Severity PeakColour => (Severity)Facts[PeakAt];

    public WorkState Work => (WorkState)Facts[WorkAt];

    /// <summary>A step was missed and is not done.</summary>
    public bool IsOverdue => Rest?.Missed is not null;

    /// <summary>What it is under until what was missed is done.</summary>
    public Supervision Supervision => Rest?.Supervision ?? Supervision.None;

    /// <summary>Who acknowledged it; null for nobody.</summary>
    public string? AcknowledgedBy => Rest?.Acknowledged?.By;

    private Severity Colour => (Severity)Facts[ColourAt];

    public string Id
    {
        get
        {
            var reader = new PackReader(Facts.AsSpan(NamesAt));
            return reader.Text();
        }
    }

    public string Series
    {
        get
        {
            var reader = new PackReader(Facts.AsSpan(NamesAt));
            reader.Raw();
            return reader.Text();
        }
    }

    /// <summary>Which window it is under; null for none.</summary>
    public MaintenanceMark? Maintenance => Rest?.Maintenance;

    public string Gateway
    {
        get
        {
            var reader = BehindIncident();
            reader.Number();
            return Word(ref reader);
        }
    }

    /// <summary>Server receive time of the first raise.</summary>
    public long RaisedAtMicros => BinaryPrimitives.ReadInt64LittleEndian(Facts.AsSpan(RaisedAt));

    /// <summary>The newest ledger entry about it.</summary>
    public long LastSequence => FirstSequence + BehindIncident().Number();

    /// <summary>What an incident is made of; its <see cref="AlertIncident.Id"/> is 0 where the alert is of none.</summary>
    public AlertIncident Incident
    {
        get
        {
            var reader = BehindNames();
            return ReadIncident(ref reader);
        }
    }

    /// <summary>As of the texts, which are not made.</summary>
    public int IdHash => new PackReader(Facts.AsSpan(NamesAt)).Hash();

    public int SeriesHash
    {
        get
        {
            var reader = new PackReader(Facts.AsSpan(NamesAt));
            reader.Raw();
            return reader.Hash();
        }
    }

    public bool IsOf(string device)
    {
        var reader = new PackReader(Facts.AsSpan(NamesAt));
        reader.Raw();
        var series = reader.Raw();
        ReadIncident(ref reader);
        reader.Number();
        for (var i = 0; i < SharedWords; i++)
        {
            reader.Number();
        }

        var name = reader.Byte() == 1 ? DeviceOf(series) : reader.Raw();
        return name.Length == device.Length
            ? Ascii.Equals(name, device)
            : name.Length > device.Length && !Ascii.IsValid(name) && Encoding.UTF8.GetString(name) == device;
    }

    /// <summary>From an image.</summary>
    public static PackedAlert Of(WordTable words, byte[] facts, Alert? rest) => new(words, facts, rest);

    public bool HasId(string id) => new PackReader(Facts.AsSpan(NamesAt)).Is(id);

    public bool IsOf(string rule, string series)
    {
        var reader = new PackReader(Facts.AsSpan(NamesAt));
        reader.Raw();
        return reader.Is(series) && RuleId == rule;
    }

    /// <param name="alert">The alert.</param>
    /// <param name="words">Takes in what is new to it.</param>
    /// <param name="writer">The caller's own.</param>
    public static PackedAlert Of(Alert alert, WordTable words, PackWriter writer)
    {
        writer.Clear();
        writer.Fixed(alert.FirstSequence);
        writer.Fixed(alert.Deadlines.Count == 0 ? long.MaxValue : alert.Deadlines.Min(d => d.DueMicros));
        writer.Fixed(alert.RaisedAtMicros);
        writer.Fixed(words.NumberOf(alert.Territory));
        writer.Fixed(words.NumberOf(alert.RuleId));
        writer.Fixed(words.NumberOf(alert.Kind));
        writer.Fixed(words.NumberOf(alert.OwnerUnit));
        writer.Byte((byte)alert.Condition);
        writer.Byte((byte)alert.PeakColour);
        writer.Byte((byte)alert.Work);
        writer.Byte((byte)alert.Colour);
        writer.Text(alert.Id);
        writer.Text(alert.Series);
        Write(writer, alert.Incident, alert);
        writer.Number(alert.LastSequence - alert.FirstSequence);
        foreach (var word in (ReadOnlySpan<string>)[alert.Gateway, alert.RuleVersion, alert.TitleZh, alert.TitleEn, alert.Basis, alert.Quantity, alert.Unit])
        {
            writer.Number(words.NumberOf(word));
        }

        var isOfSeries = DeviceOf(alert.Series) == alert.Device;
        writer.Byte(isOfSeries ? (byte)1 : (byte)0);
        if (!isOfSeries)
        {
            writer.Text(alert.Device);
        }

        writer.Text(alert.Address);
        writer.Double(alert.Latitude);
        writer.Double(alert.Longitude);
        writer.Double(alert.WindowValue);
        writer.Double(alert.Threshold);
        foreach (var micros in (ReadOnlySpan<long>)[alert.FirstEpisodeMicros, alert.EpisodeMicros, alert.ChangedEventMicros, alert.ChangedAtMicros])
        {
            writer.Number(micros - alert.RaisedAtMicros);
        }

        Write(writer, alert.Evidence, alert.RaisedAtMicros);
        Write(writer, alert.Deadlines, alert.RaisedAtMicros);
        return new PackedAlert(words, writer.ToArray(), RestOf(alert));
    }

    /// <summary>The alert, made anew each time it is asked for.</summary>
    public Alert Unpack()
    {
        var reader = new PackReader(Facts.AsSpan(NamesAt));
        var (id, series, of, raised) = (reader.Text(), reader.Text(), ReadIncident(ref reader), RaisedAtMicros);
        var (last, gateway) = (FirstSequence + reader.Number(), Word(ref reader));
        var (version, zh, en, basis) = (Word(ref reader), Word(ref reader), Word(ref reader), Word(ref reader));
        var (quantity, unit) = (Word(ref reader), Word(ref reader));
        var device = reader.Byte() == 1 ? DeviceOf(series) : reader.Text();
        var address = reader.Text();
        var (latitude, longitude, value, threshold) = (reader.Double(), reader.Double(), reader.Double(), reader.Double());
        var (firstEpisode, episode, changedEvent, changed) =
            (raised + reader.Number(), raised + reader.Number(), raised + reader.Number(), raised + reader.Number());
        var evidence = ReadEvidence(ref reader, raised);
        var deadlines = ReadDeadlines(ref reader, raised);
        return (Rest ?? Blank) with
        {
            Id = id, RuleId = RuleId, RuleVersion = version, TitleZh = zh, TitleEn = en, Basis = basis, Series = series, Kind = Kind,
            Device = device, Quantity = quantity, Unit = unit, Gateway = gateway, Territory = Territory,
            Address = address, OwnerUnit = OwnerUnit, Latitude = latitude, Longitude = longitude, Condition = (AlertCondition)Facts[ConditionAt],
            Colour = Colour, PeakColour = PeakColour, Work = (WorkState)Facts[WorkAt], FirstEpisodeMicros = firstEpisode, EpisodeMicros = episode,
            ChangedEventMicros = changedEvent, RaisedAtMicros = raised, ChangedAtMicros = changed, WindowValue = value, Threshold = threshold,
            Evidence = evidence, Deadlines = deadlines, Incident = of.Id == 0 ? null : new IncidentRef(of.Id, of.Cause, of.OpenedMicros), FirstSequence = FirstSequence, LastSequence = last,
        };
    }

    /// <summary>A reference to each list of nothing, so that it is the same nothing.</summary>
    private static Alert? RestOf(Alert alert)
    {
        var rest = alert with
        {
            Id = "", RuleId = "", RuleVersion = "", TitleZh = "", TitleEn = "", Basis = "", Series = "", Kind = "", Device = "", Quantity = "", Unit = "",
            Gateway = "", Territory = "", Address = "", OwnerUnit = "", Latitude = 0, Longitude = 0, Condition = default, Colour = default,
            PeakColour = default, Work = default, FirstEpisodeMicros = 0, EpisodeMicros = 0, ChangedEventMicros = 0, RaisedAtMicros = 0, ChangedAtMicros = 0,
            WindowValue = 0, Threshold = 0, Evidence = [], Deadlines = [], Breaches = alert.Breaches.Count == 0 ? [] : alert.Breaches,
            Incident = null, FirstSequence = 0, LastSequence = 0,
        };
        return rest == Blank ? null : rest;
    }

    /// <summary>The middle of <c>kind/device/quantity</c>.</summary>
    private static string DeviceOf(string series)
    {
        var (first, last) = (series.IndexOf('/', StringComparison.Ordinal), series.LastIndexOf('/'));
        return first < last ? series[(first + 1)..last] : "";
    }

    private static ReadOnlySpan<byte> DeviceOf(ReadOnlySpan<byte> series)
    {
        var (first, last) = (series.IndexOf((byte)'/'), series.LastIndexOf((byte)'/'));
        return first < last ? series[(first + 1)..last] : [];
    }

    private static void Write(PackWriter writer, IReadOnlyList<Evidence> evidence, long from)
    {
        writer.Number(evidence.Count);
        foreach (var (micros, value, series) in evidence)
        {
            writer.Number(micros - from);
            writer.Double(value);
            writer.Byte(series is null ? (byte)0 : (byte)1);
            if (series is not null)
            {
                writer.Text(series);
            }
        }
    }

    private static void Write(PackWriter writer, IReadOnlyList<Deadline> deadlines, long from)
    {
        writer.Number(deadlines.Count);
        foreach (var deadline in deadlines)
        {
            var (seconds, rest) = Math.DivRem(deadline.DueMicros - from, MicrosASecond);
            writer.Byte((byte)deadline.Step);
            writer.Number((deadline.Level * 2L) + (rest == 0 ? InSeconds : 0));
            writer.Number(deadline.Round);
            writer.Number(rest == 0 ? seconds : deadline.DueMicros - from);
        }
    }

    private static void Write(PackWriter writer, IncidentRef? incident, Alert alert)
    {
        writer.Byte(incident is null ? (byte)0 : (byte)1);
        if (incident is not null)
        {
            writer.Number(incident.Id - alert.FirstSequence);
            writer.Byte((byte)incident.Cause);
            writer.Number(incident.OpenedMicros - alert.RaisedAtMicros);
        }
    }

    private static Evidence[] ReadEvidence(ref PackReader reader, long from)
    {
        var count = (int)reader.Number();
        var evidence = count == 0 ? [] : new Evidence[count];
        for (var i = 0; i < count; i++)
        {
            evidence[i] = new Evidence(from + reader.Number(), reader.Double(), reader.Byte() == 0 ? null : reader.Text());
        }

        return evidence;
    }

    private static Deadline[] ReadDeadlines(ref PackReader reader, long from)
    {
        var count = (int)reader.Number();
        var deadlines = count == 0 ? [] : new Deadline[count];
        for (var i = 0; i < count; i++)
        {
            var (step, level, round) = ((WorkState)reader.Byte(), reader.Number(), (int)reader.Number());
            var unit = (level & InSeconds) != 0 ? MicrosASecond : 1;
            deadlines[i] = new Deadline(step, (int)(level >> 1), round, from + (unit * reader.Number()));
        }

        return deadlines;
    }

    private AlertIncident ReadIncident(ref PackReader reader) => reader.Byte() == 0
        ? new AlertIncident(0, default, 0, Colour)
        : new AlertIncident(FirstSequence + reader.Number(), (IncidentCause)reader.Byte(), RaisedAtMicros + reader.Number(), Colour);

    private PackReader BehindNames()
    {
        var reader = new PackReader(Facts.AsSpan(NamesAt));
        reader.Raw();
        reader.Raw();
        return reader;
    }

    private PackReader BehindIncident()
    {
        var reader = BehindNames();
        ReadIncident(ref reader);
        return reader;
    }

    private string Word(ref PackReader reader) => words[(int)reader.Number()];

    private string WordAt(int at) => words[BinaryPrimitives.ReadInt32LittleEndian(Facts.AsSpan(at))];
}

/// <summary>What an alert tells of the incident that it is of.</summary>
/// <param name="Id">0 for an alert of none.</param>
/// <param name="Cause">What lies behind it.</param>
/// <param name="OpenedMicros">When it was opened, server receive time.</param>
/// <param name="Colour">The alert's own now.</param>
internal readonly record struct AlertIncident(long Id, IncidentCause Cause, long OpenedMicros, Severity Colour);
