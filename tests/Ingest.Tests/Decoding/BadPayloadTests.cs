using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest.Tests;

/// <summary>THREATS T-10: what is wrong is refused with its reason, and nothing that cannot be true becomes a reading.</summary>
public sealed class BadPayloadTests
{
    private const int DefaultMutations = 20_000;
    private const string P1 = "pingan/v1/gw1/gas-pipe/p1";

    // A refusal costs at most an exception of the JSON reader; nothing may grow with the payload.
    private const double AllocatedBytesPerCase = 4_096;

    [Fact]
    public void Every_bad_payload_is_refused_with_its_reason()
    {
        var cases = BadPayloads.All().ToList();
        cases.Select(bad => bad.Topic + '|' + bad.Format + '|' + Convert.ToHexString(bad.Payload)).Distinct().Count().Should().BeGreaterThan(500);
        var failures = new List<string>();
        foreach (var bad in cases)
        {
            var decoded = new Decoded();
            var reason = decoded.Decode(bad.Topic, bad.Payload, bad.Format);
            if (reason != bad.Expected || decoded.Readings.Count > (reason == RefusalReason.None ? 1 : 0) || decoded.Refusals.Count == 0 || decoded.Refusals[0].Reason != bad.Expected)
            {
                failures.Add($"{bad.Name}: {bad.Expected} expected, {reason} found: {decoded.Text()}");
            }
        }

        Say($"T-10: {cases.Count} cases, {failures.Count} failures");
        failures.Should().BeEmpty();
    }

    [Fact]
    public void Mutated_payloads_never_escape_and_never_become_untrue_readings()
    {
        var mutations = int.Parse(Environment.GetEnvironmentVariable("PINGAN_FUZZ_CASES") ?? $"{DefaultMutations}", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("PINGAN_FUZZ_SEED") ?? "10", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var failures = new List<string>();
        var (accepted, allocated) = (0, 0L);
        var decoded = new Decoded();
        for (var i = 0; i < mutations && failures.Count < 20; i++)
        {
            var (topic, payload) = Mutation.Next(random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var reason = decoded.Decode(topic, payload);
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                accepted += reason == RefusalReason.None ? 1 : 0;
                var complaint = Complaint(decoded, reason, topic, payload);
                if (complaint.Length > 0)
                {
                    failures.Add($"case {i}: {complaint}: {Convert.ToHexString(payload)}");
                }
            }
            catch (Exception e)
            {
                failures.Add($"case {i}: {e.GetType().Name} escaped: {Convert.ToHexString(payload)}");
            }
        }

        var perCase = (double)allocated / mutations;
        Say($"T-10: {mutations} cases, {failures.Count} failures (mutated, seed {seed}, {accepted} still readable, {perCase:F0} bytes allocated each)");
        failures.Should().BeEmpty($"seed {seed}; run again with PINGAN_FUZZ_SEED={seed} PINGAN_FUZZ_CASES={mutations}");
        accepted.Should().BeInRange(mutations / 50, mutations * 9 / 10, "the test must see both");
        perCase.Should().BeLessThan(AllocatedBytesPerCase);
    }

    /// <summary>What the platform's own readers say, and what can be true at all.</summary>
    private static string Complaint(Decoded decoded, RefusalReason reason, string topic, byte[] payload)
    {
        var isAccepted = reason == RefusalReason.None;
        if (isAccepted != decoded.Readings.Count > 0 || (!isAccepted && (decoded.Refusals.Count == 0 || decoded.Refusals[0].Reason != reason)))
        {
            return "verdict, readings and refusals do not fit together";
        }

        foreach (var reading in decoded.Readings.Readings)
        {
            var record = decoded.Register[reading.Device];
            var quantity = Catalog.Default.Kinds[record.Kind].Quantities[reading.Quantity];
            if (!double.IsFinite(reading.Value) || reading.Value < quantity.Minimum || reading.Value > quantity.Maximum
                || (quantity.IsBoolean && reading.Value is not (0 or 1)))
            {
                return $"untrue value {reading.Value}";
            }

            if (reading.EventTimeMicros is < EventTime.EarliestMicros or > Decoded.Now + Reading.FutureToleranceMicros || reading.ReceiveTimeMicros != Decoded.Now)
            {
                return $"untrue time {reading.EventTimeMicros}";
            }

            if (!record.Gateways.Contains("gw1") || Catalog.Default.Kinds[record.Kind].Name == Catalog.GatewayKind)
            {
                return $"foreign device {record.Device}";
            }
        }

        if (!isAccepted)
        {
            return "";
        }

        var first = payload.FirstOrDefault(b => b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'));
        return first switch
        {
            (byte)'{' => PlainComplaint(decoded, payload),
            (byte)'[' => IsJson(payload) ? "" : "accepted what is not JSON",
            _ => IsCbor(payload) ? "" : $"accepted what is not CBOR under {topic}",
        };
    }

    /// <summary>Every reading is a member of the object with that very value, and every member that could be a reading is one.</summary>
    private static string PlainComplaint(Decoded decoded, byte[] payload)
    {
        if (!IsJson(payload))
        {
            return "accepted what is not JSON";
        }

        using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = JsonText.MaximumDepth });
        var members = document.RootElement.EnumerateObject().ToList();
        if (members.Select(member => member.Name).Distinct(StringComparer.Ordinal).Count() != members.Count)
        {
            return "accepted a key twice";
        }

        var expected = members.Where(member => member.Name != "t").Count(member => Expected(decoded, member) is not null);
        if (expected != decoded.Readings.Count)
        {
            return $"{expected} readings expected, {decoded.Readings.Count} found";
        }

        foreach (var reading in decoded.Readings.Readings)
        {
            var record = decoded.Register[reading.Device];
            var name = Catalog.Default.Kinds[record.Kind].Quantities[reading.Quantity].Name;
            if (Expected(decoded, members.Single(member => member.Name == name)) != reading.Value)
            {
                return $"{name} is not {reading.Value:R}";
            }
        }

        return "";
    }

    private static double? Expected(Decoded decoded, JsonProperty member)
    {
        var kind = Catalog.Default.Kinds[decoded.Register[decoded.Readings.Readings[0].Device].Kind];
        var index = kind.FindQuantity(Encoding.UTF8.GetBytes(member.Name));
        if (index < 0)
        {
            return null;
        }

        var quantity = kind.Quantities[index];
        return member.Value.ValueKind switch
        {
            JsonValueKind.True when quantity.IsBoolean => 1,
            JsonValueKind.False when quantity.IsBoolean => 0,
            JsonValueKind.Number when !quantity.IsBoolean && member.Value.GetDouble() is var value && value >= quantity.Minimum && value <= quantity.Maximum => value,
            _ => null,
        };
    }

    private static bool IsJson(byte[] payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = JsonText.MaximumDepth });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsCbor(byte[] payload)
    {
        try
        {
            var reader = new CborReader(payload, CborConformanceMode.Lax);
            reader.SkipValue();
            return reader.BytesRemaining == 0;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void Say(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}
