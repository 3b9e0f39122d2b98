using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>A channel's places: whoever takes one gives it back, whatever comes between.</summary>
public sealed class NoticeSendsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_alerts_cannot_be_read_a_card_stays_where_it_is_and_its_channel_loses_no_place()
    {
        await using var kit = new NoticeKit(NoticeTests.Yaml) { Answer = (_, _) => "status 503" };
        kit.Open();
        var plant = kit.At("a", "d01/s03/c07");
        await kit.PostAsync(plant.To(Severity.Red, kit.Kit.Now));
        await kit.LookAsync();

        // What is over is read from the database, and its raise is told all the same.
        var id = kit.Kit.OnlyAlert().Id;
        await kit.PostAsync(plant.To(Severity.Normal, kit.Kit.Now));
        await kit.Kit.Ledger.AcknowledgeAsync(new AlertCommand(id, new Officer("wang"), "a"), Cancel);
        (await kit.Kit.Ledger.CloseAsync(new AlertCommand(id, new Officer("li"), "c", "nothing"), Verdict.False, Cancel)).IsDone.Should().BeTrue();
        kit.Kit.Ledger.Book.Alerts.Should().BeEmpty();
        await kit.LookAsync();
        kit.Answer = (_, _) => "";
        Sql("ALTER TABLE alert RENAME TO away");
        for (var i = 0; i < 10; i++)
        {
            await kit.LookAsync(60);
        }

        kit.Sent.Should().BeEmpty();
        Sql("ALTER TABLE away RENAME TO alert");
        await kit.LookAsync(60);
        kit.SentTo("street").Should().ContainSingle();

        void Sql(string sql)
        {
            using var connection = new SqliteDatabase(kit.Kit.Folder).OpenWriter();
            connection.Run(sql);
        }
    }
}
