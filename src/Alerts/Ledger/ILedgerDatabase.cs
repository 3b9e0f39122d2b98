using System.Data.Common;

namespace PingAnIoT.Alerts;

/// <summary>
/// What the ledger asks of the database under it, beyond plain SQL: everything in which SQLite and PostgreSQL differ is behind this.
/// Has no state of its own: connections belong to who opened them. Threading: from any thread.
/// </summary>
internal interface ILedgerDatabase
{
    /// <summary>For people: a file, or a server and its database. Never a secret.</summary>
    string Place { get; }

    /// <summary>False when there is certainly no ledger there.</summary>
    bool IsThere { get; }

    /// <summary>
    /// The one connection that writes, at the newest version of the schema, with the settings that durability rests on seen to be in force.
    /// On PostgreSQL it holds the lock that keeps any other writer out, for as long as the connection lives.
    /// </summary>
    /// <exception cref="LedgerException">It is no ledger, a newer one, has another writer, or a setting did not take.</exception>
    /// <exception cref="DbException">The database does not answer or refuses.</exception>
    DbConnection OpenWriter();

    /// <summary>A connection that cannot write.</summary>
    /// <param name="longest">Reads that take longer are stopped, see <see cref="Limit"/>; null for any time.</param>
    DbConnection OpenReader(TimeSpan? longest = null);

    /// <summary>Begins what is committed or lost as a whole.</summary>
    void Begin(DbConnection writer);

    /// <summary>From here on the connection sees the database as it is at this moment.</summary>
    void BeginView(DbConnection reader);

    /// <summary>Which of the values a column has, asked in one go; null where asking one by one costs no more.</summary>
    IReadOnlyList<string>? FindPresent(DbConnection writer, string table, string column, IReadOnlyList<string> values);

    /// <summary>
    /// Whether the database refuses what was to be written, and not the writing: that would be refused for ever. A sequence number that is taken
    /// is no fault of the work: the database has more than this writer knows of, which opening it anew mends.
    /// </summary>
    bool IsOfTheWork(Exception failure);

    /// <summary>Before each read of a connection that was opened with a limit: its time begins.</summary>
    void Limit(DbConnection reader, TimeSpan longest, TimeProvider clock);

    /// <summary>Whether the failure is that of a read that took too long.</summary>
    bool WasCut(DbException failure);

    /// <summary>Moves what is committed from the log into its place, where that is the ledger's to do.</summary>
    /// <returns>Frames in the log, and how many of them were moved.</returns>
    (long Log, long Moved) MoveLog(DbConnection connection, bool isThorough);

    /// <summary>A connection that may <see cref="MoveLog"/> while the writer writes; null where that is not the ledger's to do.</summary>
    DbConnection? OpenMover();

    /// <summary>Whether <see cref="FindDamage"/> is quick enough for a start.</summary>
    bool IsQuickToCheck { get; }

    /// <summary>Looks at the structure, not at what it says.</summary>
    /// <returns>What is wrong, or null.</returns>
    /// <exception cref="DbException">It was given up.</exception>
    string? FindDamage(DbConnection connection, CancellationToken giveUp);

    /// <summary>The structure in depth, and whether tables, indexes and triggers are those of a ledger.</summary>
    IEnumerable<string> Examine(DbConnection reader, int most);
}
