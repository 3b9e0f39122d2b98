using System.Diagnostics.Metrics;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>An office over a real ledger on a fake clock, with a sender that remembers what it was given.</summary>
public sealed class NoticeKit : IAsyncDisposable, INoticeSender, IAttendance, IMeterFactory
{
    private readonly List<Meter> made = [];
    private readonly INoticeSender sender;

    /// <param name="yaml">The notice file.</param>
    /// <param name="sender">The channels; null for one that remembers what it was given.</param>
    /// <param name="clock">Null for one that begins in March 2026.</param>
    public NoticeKit(string yaml, INoticeSender? sender = null, TimeProvider? clock = null)
    {
        var read = NoticeFile.Parse(yaml, "notices.yaml");
        read.Errors.Should().BeEmpty();
        Config = read.Config!;
        this.sender = sender ?? this;
        Kit = new LedgerKit(clock);
        Kit.Options = Kit.Options with { KeepsNotices = true };
    }

    public LedgerKit Kit { get; }

    public NoticeConfig Config { get; set; }

    public TerritoryTree Territories { get; init; } = TerritoryTree.Empty;

    public List<(string Channel, NoticeMessage Message)> Sent { get; } = [];

    /// <summary>What a channel answers; "" takes everything.</summary>
    public Func<ChannelConfig, NoticeMessage, string> Answer { get; set; } = (_, _) => "";

    public bool Attended { get; set; } = true;

    public NoticeOffice Office { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public NoticeOffice Open()
    {
        Kit.Open();
        return Office = MakeOffice(sender);
    }

    public NoticeOffice MakeOffice(INoticeSender sender, IDutyRoster? roster = null) => new(
        Kit.Ledger, roster ?? new ContactRoster(() => Config), this, () => Config, sender, new NoticeBounds(), Kit.Clock, new NoticeMetrics(this), Log, () => Territories);

    public void RestartOffice() => Office = MakeOffice(sender);

    /// <summary>Log lines of the office.</summary>
    public LogLines<NoticeOffice> Log { get; } = new();

    public async Task LookAsync(double afterSeconds = 0)
    {
        Kit.Fake.Advance(TimeSpan.FromSeconds(afterSeconds));
        await Office.RunOnceAsync(Cancel);
    }

    public async Task PostAsync(params Transition[] transitions)
    {
        foreach (var transition in transitions)
        {
            Kit.Ledger.Post(transition);
        }

        await Kit.FlushAsync();
    }

    public Plant At(string device, string territory, string gateway = "gw-7") => new(device)
    {
        Device = new DeviceRecord { Device = device, Kind = 0, Gateways = [gateway], Territory = territory, Address = "平安路 1 号", OwnerUnit = "燃气公司" },
    };

    public IEnumerable<string> SentTo(string recipient) => Sent.Where(s => s.Message.Recipient.Name == recipient).Select(s => s.Message.Card.Key);

    public Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken)
    {
        lock (Sent)
        {
            var answer = Answer(channel, message);
            if (answer.Length == 0)
            {
                Sent.Add((channel.Name, message));
            }

            return Task.FromResult(answer);
        }
    }

    public bool IsAttended(Alert alert) => Attended;

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        made.Add(meter);
        return meter;
    }

    public void Dispose() => made.ForEach(m => m.Dispose());

    public async ValueTask DisposeAsync()
    {
        if (Office is not null)
        {
            await Office.DisposeAsync();
        }

        await Kit.DisposeAsync();
        Dispose();
    }
}
