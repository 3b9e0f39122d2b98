using PingAnIoT.Alerts.Tests;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace PingAnIoT.Alerts.Tests;

/// <summary>On a class of tests: their ledgers (<see cref="LedgerKit"/>) are on PostgreSQL. Such a class inherits from the one that has them in SQLite.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OnPostgresAttribute : Attribute
{
    public static bool IsHere => (TestContext.Current.TestClass as IXunitTestClass)?.Class.IsDefined(typeof(OnPostgresAttribute), inherit: false) == true;

    public static PostgresServer Server => TestContext.Current.GetFixture<PostgresServer>().AsTask().GetAwaiter().GetResult()!;
}
