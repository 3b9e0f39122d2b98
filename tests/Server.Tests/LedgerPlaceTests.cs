namespace PingAnIoT.Server.Tests;

public sealed class LedgerPlaceTests
{
    private const string Good = "Host=localhost;Database=pingan;Username=pingan;Password=hunter2";

    [Fact]
    public void The_connection_string_comes_from_a_file_that_nobody_else_may_read()
    {
        using var temp = new TempFolder("place");
        var file = temp.Write("postgres.connection", Good + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Errors(new LedgerSection { PostgresFile = file }).Should().Equal($"PingAn:Ledger:PostgresFile names a file that others may read: chmod 600 '{file}'.");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Errors(new LedgerSection { PostgresFile = file }).Should().BeEmpty();
        LedgerPlace.Of(new LedgerSection { PostgresFile = file }).Place!.ToString().Should().Be("PostgreSQL localhost:5432/pingan");
    }

    [Fact]
    public void What_is_wrong_is_said_with_its_key_and_without_the_secret()
    {
        Errors(new LedgerSection()).Should().BeEmpty();
        Errors(new LedgerSection { Postgres = Good }).Should().BeEmpty();
        Errors(new LedgerSection { Postgres = Good, PostgresFile = "x" }).Should().Equal("PingAn:Ledger:Postgres and PingAn:Ledger:PostgresFile are both set: set one.");
        Errors(new LedgerSection { PostgresFile = "/nowhere/x" }).Should().Equal("PingAn:Ledger:PostgresFile names a file that is not there: '/nowhere/x'.");
        Errors(new LedgerSection { Postgres = "Database=d;Password=hunter2" }).Should().Equal("PingAn:Ledger:Postgres names no Host.");
        new ServerOptions { Ledger = new LedgerSection { Postgres = Good } }.ToString().Should().NotContain("hunter2");
    }

    private static IEnumerable<string> Errors(LedgerSection section) =>
        ServerOptionsCheck.Check(new ServerOptions { Ledger = section }).Where(e => e.Contains("Ledger", StringComparison.Ordinal));
}
