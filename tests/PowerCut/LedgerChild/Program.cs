using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Alerts;
using PingAnIoT.Alerts.Tests;
using PingAnIoT.Rules;

// The program whose power is cut: posts transitions in groups and says after each flush how many entries are safe.
// usage: FOLDER FULL|NORMAL
const int Transitions = 1500;
var folder = args[0];
using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
using var metrics = new AlertsMetrics(services.GetRequiredService<IMeterFactory>());
using var acked = File.OpenHandle(Path.Combine(folder, "acked"), FileMode.Create, FileAccess.Write);
var options = new LedgerOptions
{
    Folder = folder, GroupWait = TimeSpan.Zero, Synchronous = args[1], SweepInterval = TimeSpan.FromHours(1),

    // So often that the power fails in the midst of it, too, and it is done beside what is committed meanwhile.
    MoveAfterRows = 400,
};
var random = new Random(Transitions);
var lives = Plant.RandomLives(random, devices: 60, transitions: Transitions, startMicros: 1_770_000_000_000_000);
var ledger = Ledger.Open(options, Catalog.Default, TimeProvider.System, metrics, NullLogger<Ledger>.Instance);
for (var next = 0; next < lives.Count;)
{
    var to = Math.Min(lives.Count, next + random.Next(1, 12));
    lives[next..to].ForEach(ledger.Post);
    next = to;
    await ledger.FlushAsync(CancellationToken.None);
    RandomAccess.Write(acked, Encoding.UTF8.GetBytes(ledger.Book.Sequence.ToString(CultureInfo.InvariantCulture)), 0);
}

await ledger.DisposeAsync();
