using System.Text;

namespace PingAnIoT.Simulators;

/// <summary>
/// Makes the bytes of reports: topics, plain JSON objects, SenML as JSON and as CBOR (RFC 8428). Allocates nothing per message once its buffers have grown.
/// Threading: owned by one thread.
/// </summary>
internal sealed class PayloadWriter
{
    private const int MostBytesOfReading = 96;

    private readonly Fleet fleet;
    private readonly TruthPlan plan;
    private readonly KindText[] texts;
    private readonly byte[][] gatewayTopics;
    private readonly Ailment[] live;
    private readonly double[] values = new double[64];
    private readonly Utf8Text topic = new(256);
    private readonly Utf8Text payload = new(4096);
    private PayloadForm packForm;
    private int packRecords;

    public PayloadWriter(Fleet fleet, TruthPlan plan)
    {
        this.fleet = fleet;
        this.plan = plan;
        live = new Ailment[plan.MostAtOnce];
        texts = [.. fleet.Parts.ToArray().Select(p => new KindText(p))];
        gatewayTopics = [.. fleet.Gateways.Select(g => Encoding.UTF8.GetBytes("pingan/v1/" + g))];
    }

    public ReadOnlySpan<byte> Topic => topic.Written;

    public ReadOnlySpan<byte> Payload => payload.Written;

    /// <summary>One device's message.</summary>
    /// <returns>How many readings are in it.</returns>
    public int WriteOne(int gateway, in Report report, PayloadForm form)
    {
        var part = fleet.PartOf(report.Device);
        topic.Clear();
        topic.Put(gatewayTopics[gateway]);
        topic.Put(texts[part.Index].Topic);
        topic.Put(part.OrdinalOf(report.Device), fleet.Shape.NameDigits);
        payload.Clear();
        var readings = report.Samples * part.Quantities;
        if (form == PayloadForm.Plain && report.Samples == 1)
        {
            WritePlain(gateway, part, report);
        }
        else if (form == PayloadForm.Cbor)
        {
            SenmlCborText.PutArray(payload, readings);
            WriteCbor(gateway, part, report, withName: false);
        }
        else
        {
            payload.Put((byte)'[');
            WriteSenml(gateway, part, report, withName: false);
            payload.Put((byte)']');
        }

        return readings;
    }

    /// <summary>Begins a message of many devices' readings.</summary>
    public void BeginPack(int gateway, PayloadForm form)
    {
        (packForm, packRecords) = (form, 0);
        topic.Clear();
        topic.Put(gatewayTopics[gateway]);
        payload.Clear();
        if (form == PayloadForm.CborPacks)
        {
            SenmlCborText.PutArray(payload, ushort.MaxValue);
        }
        else
        {
            payload.Put((byte)'[');
        }
    }

    /// <returns>How many readings were added.</returns>
    public int AddToPack(int gateway, in Report report)
    {
        var part = fleet.PartOf(report.Device);
        if (packForm == PayloadForm.CborPacks)
        {
            WriteCbor(gateway, part, report, withName: true);
        }
        else
        {
            if (packRecords > 0)
            {
                payload.Put((byte)',');
            }

            WriteSenml(gateway, part, report, withName: true);
        }

        var readings = report.Samples * part.Quantities;
        packRecords += readings;
        return readings;
    }

    public void EndPack()
    {
        if (packForm == PayloadForm.CborPacks)
        {
            SenmlCborText.CountArray(payload, packRecords);
        }
        else
        {
            payload.Reserve(1);
            payload.Put((byte)']');
        }
    }

    private void WritePlain(int gateway, FleetPart part, in Report report)
    {
        var text = texts[part.Index];
        Measure(part, report.Device, report.Millis);
        payload.Reserve(64 + (part.Quantities * MostBytesOfReading));
        payload.Put("{\"t\":"u8);
        payload.PutSeconds(report.Millis + plan.Links.SkewMillis(gateway, report.Millis));
        for (var q = 0; q < part.Quantities; q++)
        {
            payload.Put(text.Keys[q]);
            PutValue(text, q);
        }

        payload.Put((byte)'}');
    }

    private void WriteSenml(int gateway, FleetPart part, in Report report, bool withName)
    {
        var text = texts[part.Index];
        for (var sample = report.Samples - 1; sample >= 0; sample--)
        {
            var millis = report.MillisOf(sample, part.SampleMillis);
            Measure(part, report.Device, millis);
            payload.Reserve(128 + (part.Quantities * MostBytesOfReading));
            payload.Put((byte)'{');
            if (withName)
            {
                payload.Put(text.BaseName);
                payload.Put(part.OrdinalOf(report.Device), fleet.Shape.NameDigits);
                payload.Put("/\","u8);
            }

            payload.Put("\"bt\":"u8);
            payload.PutSeconds(millis + plan.Links.SkewMillis(gateway, millis));
            payload.Put((byte)',');
            for (var q = 0; q < part.Quantities; q++)
            {
                payload.Put(withName ? text.ShortRecords[q] : text.Records[q]);
                PutValue(text, q);
                payload.Put((byte)'}');
                if (q + 1 < part.Quantities)
                {
                    payload.Put(",{"u8);
                }
            }

            if (sample > 0)
            {
                payload.Put((byte)',');
            }
        }
    }

    private void WriteCbor(int gateway, FleetPart part, in Report report, bool withName)
    {
        var text = texts[part.Index];
        for (var sample = report.Samples - 1; sample >= 0; sample--)
        {
            var millis = report.MillisOf(sample, part.SampleMillis);
            Measure(part, report.Device, millis);
            payload.Reserve(128 + (part.Quantities * MostBytesOfReading));
            for (var q = 0; q < part.Quantities; q++)
            {
                SenmlCborText.PutMap(payload, text.CborFields[q] + (q > 0 ? 0 : withName ? 2 : 1));
                if (q == 0)
                {
                    if (withName)
                    {
                        SenmlCborText.PutBaseName(payload, text.CborName, part.OrdinalOf(report.Device), fleet.Shape.NameDigits);
                    }

                    SenmlCborText.PutBaseTime(payload, millis + plan.Links.SkewMillis(gateway, millis));
                }

                payload.Put(text.CborRecords[q]);
                SenmlCborText.PutValue(payload, values[q], text.Decimals[q]);
            }
        }
    }

    private void PutValue(KindText text, int quantity)
    {
        if (text.Decimals[quantity] < 0)
        {
            payload.Put(values[quantity] >= 0.5 ? "true"u8 : "false"u8);
        }
        else
        {
            payload.Put(values[quantity], text.Decimals[quantity]);
        }
    }

    private void Measure(FleetPart part, int device, long millis)
    {
        var count = plan.LiveAilments(device, millis / 1000.0, live);
        DeviceReadout.Measure(fleet.Sampled(part, device), millis, live.AsSpan(0, count), values);
    }

    /// <summary>What stays the same in all messages of a share.</summary>
    private sealed class KindText(FleetPart part)
    {
        public byte[] Topic { get; } = Encoding.UTF8.GetBytes($"/{part.Share.Kind}/{part.Share.Prefix}-");

        public byte[] BaseName { get; } = Encoding.UTF8.GetBytes($"\"bn\":\"{part.Share.Kind}/{part.Share.Prefix}-");

        public byte[][] Keys { get; } = [.. part.Model.Quantities.Select(q => Encoding.UTF8.GetBytes($",\"{q.Name}\":"))];

        public byte[][] Records { get; } = [.. part.Model.Quantities.Select(q => Encoding.UTF8.GetBytes(
            q.IsBoolean ? $"\"n\":\"{q.Name}\",\"vb\":" : q.SenmlUnit.Length == 0 ? $"\"n\":\"{q.Name}\",\"v\":" : $"\"n\":\"{q.Name}\",\"u\":\"{q.SenmlUnit}\",\"v\":"))];

        /// <summary>Without units, as packs are for the sake of size.</summary>
        public byte[][] ShortRecords { get; } = [.. part.Model.Quantities.Select(q => Encoding.UTF8.GetBytes($"\"n\":\"{q.Name}\",\"{(q.IsBoolean ? "vb" : "v")}\":"))];

        public byte[] CborName { get; } = Encoding.UTF8.GetBytes($"{part.Share.Kind}/{part.Share.Prefix}-");

        public byte[][] CborRecords { get; } = [.. part.Model.Quantities.Select(q => SenmlCborText.Record(q))];

        /// <summary>Name and value, and a unit where there is one.</summary>
        public int[] CborFields { get; } = [.. part.Model.Quantities.Select(q => q.SenmlUnit.Length == 0 ? 2 : 3)];

        /// <summary>-1 for true and false.</summary>
        public int[] Decimals { get; } = [.. part.Model.Quantities.Select(q => q.IsBoolean ? -1 : q.Decimals)];
    }
}
