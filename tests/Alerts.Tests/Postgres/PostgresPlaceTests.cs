namespace PingAnIoT.Alerts.Tests;

public sealed class PostgresPlaceTests
{
    [Theory]
    [InlineData("Host=localhost;Database=pingan;Username=p;Password=hunter2", "PostgreSQL localhost:5432/pingan")]
    [InlineData("Host=/run/postgresql;Database=pingan", "PostgreSQL /run/postgresql:5432/pingan")]
    [InlineData("Host=10.0.0.7;Port=5433;Database=d;SSL Mode=VerifyFull;Password=hunter2", "PostgreSQL 10.0.0.7:5433/d")]
    public void A_place_shows_where_it_is_and_not_how_to_get_in(string text, string shown)
    {
        var (place, error) = PostgresPlace.Read(text);
        error.Should().BeEmpty();
        place!.ToString().Should().Be(shown);
        new LedgerOptions { Folder = "x", Postgres = place }.ToString().Should().NotContain("hunter2");
    }

    [Theory]
    [InlineData("hunter2", "is no connection string: expected Host=...;Database=...;Username=... with keywords that Npgsql knows")]
    [InlineData("Host=localhost;Database=d;Passwort=hunter2", "is no connection string: expected Host=...;Database=...;Username=... with keywords that Npgsql knows")]
    [InlineData("Host=localhost;Database=d;Port=hunter2", "is no connection string: expected Host=...;Database=...;Username=... with keywords that Npgsql knows")]
    [InlineData("Database=d", "names no Host")]
    [InlineData("Host=localhost", "names no Database")]
    [InlineData("Host=a,b;Database=d", "names more than one Host: the ledger has one server")]
    [InlineData("Host=db.example;Database=d;Password=hunter2", "goes to db.example in clear text: set SSL Mode to VerifyFull (or Require)")]
    public void What_is_wrong_is_said_without_what_is_secret(string text, string error) => PostgresPlace.Read(text).Should().Be((null, error));
}
