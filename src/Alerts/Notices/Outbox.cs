using System.Data.Common;

namespace PingAnIoT.Alerts;

/// <summary>
/// The rows of notices, written in one transaction with the entries that they tell of: which entries each lane has still to plan,
/// and the cards that are to be sent. Threading: owned by the writer thread.
/// </summary>
internal sealed class Outbox(DbConnection connection, LedgerStatements statements)
{
    private readonly DbCommand add = statements.Prepare("INSERT INTO notice(lane, seq) VALUES(@lane, @seq)", "@lane", "@seq");
    private readonly DbCommand settle = statements.Prepare("DELETE FROM notice WHERE lane = @lane AND seq <= @seq", "@lane", "@seq");
    private readonly DbCommand put = statements.Prepare(
        """
        INSERT INTO card(key, lane, due, attempt, dead, body) VALUES(@key, @lane, @due, 0, 0, @body)
        ON CONFLICT(key) DO UPDATE SET body = excluded.body
        """, "@key", "@lane", "@due", "@body");

    private readonly DbCommand find = statements.Prepare("SELECT attempt, dead FROM card WHERE key = @key", "@key");
    private readonly DbCommand set = statements.Prepare(
        "UPDATE card SET attempt = @attempt, due = @due, dead = @dead WHERE key = @key", "@key", "@attempt", "@due", "@dead");

    private readonly DbCommand drop = statements.Prepare("DELETE FROM card WHERE key = @key", "@key");

    /// <summary>An entry that the lane has to plan.</summary>
    public void Add(NoticeLane lane, long sequence) => statements.Execute(add, (long)lane, sequence);

    /// <summary>All entries up to this one are planned.</summary>
    public void Settle(NoticeLane lane, long upTo) => statements.Execute(settle, (long)lane, upTo);

    /// <summary>A card that is there already gets a new body: a summary that has grown.</summary>
    public void Put(NoticeCard card) => statements.Execute(put, card.Key, (long)card.Lane, card.DueMicros, NoticeRows.Text(card));

    /// <returns>Attempts so far, and whether it is a dead letter; null when it is gone.</returns>
    public (int Attempts, bool IsDead)? Find(string key)
    {
        statements.Send();
        using var row = LedgerStatements.Ask(find, key);
        return row.Read() ? (row.GetInt32(0), row.GetInt64(1) != 0) : null;
    }

    public void Set(string key, int attempts, long dueMicros, bool isDead) => statements.Execute(set, key, (long)attempts, dueMicros, isDead ? 1L : 0L);

    public void Drop(string key) => statements.Execute(drop, key);

    public long CountDead()
    {
        statements.Send();
        return connection.Scalar("SELECT count(*) FROM card WHERE dead = 1");
    }

    public NoticeCard? OldestDead()
    {
        statements.Send();
        return NoticeRows.Dead(connection, long.MinValue, "", 1) is [var oldest] ? oldest.Card : null;
    }

    /// <summary>Since which entry the outbox is kept; 0 when it is not.</summary>
    public long KeptSince() => connection.Scalar($"SELECT coalesce(max(seq), 0) FROM notice WHERE lane = {NoticeFold.KeptLane}");

    public void SetKept(bool isKept, long sequence)
    {
        statements.Execute(settle, (long)NoticeFold.KeptLane, sequence);
        if (isKept)
        {
            statements.Execute(add, (long)NoticeFold.KeptLane, sequence);
        }
    }
}
