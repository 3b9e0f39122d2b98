using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server.Tests;

/// <summary>What is read of another issuer's claims: a table of payloads, and who that is.</summary>
public sealed class TokenOfficerTests
{
    private static readonly OfficersSection Flat = new();

    private static readonly OfficersSection Keycloak = new()
    {
        NameClaim = "preferred_username", TerritoryClaim = "groups", RolesClaim = "realm_access.roles",
    };

    [Theory]
    [InlineData("""{"sub":"li.na","territory":"d01/s03","roles":"officer"}""", "li.na @ d01/s03: Officer")]
    [InlineData("""{"sub":"li.na","territory":"/d01/s03/","roles":["officer","auditor"]}""", "li.na @ d01/s03: Officer, Auditor")]
    [InlineData("""{"sub":"li.na","territory":"/","roles":"officer supervisor,operator"}""", "li.na @ : Officer, Supervisor, Operator")]
    [InlineData("""{"sub":"li.na","territory":["","d01","/d01/"],"roles":["offline_access","officer"]}""", "li.na @ d01: Officer")]
    [InlineData("""{"sub":"li.na","territory":"d01","roles":["officer",7,null,{"operator":true}]}""", "li.na @ d01: Officer")]
    [InlineData("""{"sub":"li.na","roles":"officer"}""", "'territory' is not there")]
    [InlineData("""{"sub":"li.na","territory":"","roles":"officer"}""", "'territory' is not there, or empty")]
    [InlineData("""{"sub":"li.na","territory":null,"roles":"officer"}""", "'territory' is not there, or empty")]
    [InlineData("""{"sub":"li.na","territory":[],"roles":"officer"}""", "'territory' is not there, or empty")]
    [InlineData("""{"sub":"li.na","territory":true,"roles":"officer"}""", "'territory' is not there, or empty")]
    [InlineData("""{"sub":"li.na","territory":"//","roles":"officer"}""", "'territory' is not a territory")]
    [InlineData("""{"sub":"li.na","territory":" ","roles":"officer"}""", "'territory' is not a territory")]
    [InlineData("""{"sub":"li.na","territory":"*","roles":"officer"}""", "'territory' is not a territory")]
    [InlineData("""{"sub":"li.na","territory":["d01","d02"],"roles":"officer"}""", "'territory' names 2 territories")]
    [InlineData("""{"sub":"li.na","territory":["d01","/"],"roles":"officer"}""", "'territory' names 2 territories")]
    [InlineData("""{"sub":"li.na","territory":"d01"}""", "'roles' is not there, or empty")]
    [InlineData("""{"sub":"li.na","territory":"d01","roles":[]}""", "'roles' is not there, or empty")]
    [InlineData("""{"sub":"li.na","territory":"d01","roles":["Officer","root"]}""", "'roles' has none of ours")]
    [InlineData("""{"territory":"d01","roles":"officer"}""", "'sub' is not an officer's name")]
    [InlineData("""{"sub":["li.na","chief"],"territory":"d01","roles":"officer"}""", "'sub' is not an officer's name")]
    [InlineData("""{"sub":"li.na","territory":"d01","roles":"officer","pingan.refusal":"x","sid":"1"}""", "li.na @ d01: Officer")]
    public void Flat_claims(string payload, string who) => Who(Flat, payload).Should().Contain(who);

    [Theory]
    [InlineData("""{"sub":"7","preferred_username":"li.na","groups":["/d01/s03"],"realm_access":{"roles":["default-roles-city","officer"]}}""", "li.na @ d01/s03: Officer")]
    [InlineData("""{"preferred_username":"li.na","groups":"d01","realm_access.roles":["auditor"],"realm_access":{"roles":["operator"]}}""", "li.na @ d01: Auditor")]
    [InlineData("""{"preferred_username":"li.na","groups":"d01","realm_access":["officer"]}""", "'realm_access.roles' is not there")]
    [InlineData("""{"preferred_username":"li.na","groups":"d01","realm_access":{},"roles":"operator"}""", "'realm_access.roles' is not there")]
    [InlineData("""{"sub":"li.na","territory":"/","roles":"operator"}""", "'preferred_username' is not")]
    public void Claims_of_other_names_and_nested_ones(string payload, string who) => Who(Keycloak, payload).Should().Contain(who);

    [Fact]
    public void A_path_goes_through_names_that_have_dots()
    {
        var options = new OfficersSection { TerritoryClaim = "https://id.example/place", RolesClaim = "resource_access.ping.an.roles" };
        Who(options, """{"sub":"li.na","https://id.example/place":"d02","resource_access":{"ping":{},"ping.an":{"roles":["officer"]}}}""").Should().Be("li.na @ d02: Officer");
    }

    [Fact]
    public void Roles_that_are_none_of_ours_are_counted()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var counted = 0L;
        using var listener = new MeterListener { InstrumentPublished = (i, l) => l.EnableMeasurementEvents(i) };
        listener.SetMeasurementEventCallback<long>((i, count, _, _) => counted += i.Name == "pingan.officers.roles_ignored" && i.Meter.Scope == services.GetService<IMeterFactory>() ? count : 0);
        listener.Start();
        var officers = new TokenOfficers(Flat, services.GetRequiredService<IMeterFactory>());
        officers.Read(Encode("""{"sub":"li.na","territory":"d01","roles":["uma_authorization","officer","root"]}"""), "test");
        counted.Should().Be(2);
    }

    private static string Who(OfficersSection options, string payload)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var principal = new TokenOfficers(options, services.GetRequiredService<IMeterFactory>()).Read(Encode(payload), "test");
        try
        {
            var officer = OfficerName.Of(principal);
            return $"{officer.Name} @ {officer.Territory}: {officer.Roles}";
        }
        catch (Grpc.Core.RpcException refusal)
        {
            return refusal.Status.Detail;
        }
    }

    private static string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
