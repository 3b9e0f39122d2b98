using System.Diagnostics.Metrics;
using PingAnIoT.Alerts;

namespace PingAnIoT.Server;

/// <summary>The notices of one server: the file that is in force, the channels, and the office that works between them and the ledger.</summary>
internal sealed class NoticePost : IAsyncDisposable
{
    private readonly NoticeSource source;
    private readonly NoticeSender sender;
    private readonly NoticeOffice office;

    private NoticePost(NoticeSource source, NoticeSender sender, NoticeOffice office)
    {
        this.source = source;
        this.sender = sender;
        this.office = office;
    }

    /// <returns>Null when no file is named: then nobody is told but those on the stream.</returns>
    /// <exception cref="ServerStartException">The file has errors.</exception>
    public static NoticePost? Open(
        string path, Ledger ledger, Func<TerritoryTree> territories, IAttendance attendance, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        if (path.Length == 0)
        {
            return null;
        }

        try
        {
            var source = new NoticeSource(path, time, loggers.CreateLogger<NoticeSource>());
            var sender = new NoticeSender(time);
            var roster = new RosterDuty(() => ledger.Book.Duty, territories, () => source.Current.Contacts, new ContactRoster(() => source.Current));
            var office = new NoticeOffice(
                ledger, roster, attendance, () => source.Current, sender, new NoticeBounds(), time,
                new NoticeMetrics(meters), loggers.CreateLogger<NoticeOffice>(), territories);
            return new NoticePost(source, sender, office);
        }
        catch (FormatException wrong)
        {
            throw new ServerStartException("The notice file has errors:\n" + wrong.Message, wrong);
        }
    }

    public NoticeOffice Office => office;

    public void Start() => office.Start();

    public async ValueTask DisposeAsync()
    {
        await office.DisposeAsync();
        await sender.DisposeAsync();
        await source.DisposeAsync();
    }
}
