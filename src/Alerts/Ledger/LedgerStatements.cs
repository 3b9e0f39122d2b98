using System.Data.Common;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>
/// The prepared statements of one connection. A database in this process is told at once; one over a wire is told of many in one go,
/// at <see cref="Send"/> at the latest. Threading: owned by the connection's thread.
/// </summary>
internal sealed class LedgerStatements(DbConnection connection) : IDisposable
{
    private const int MostUnsent = 512;
    private readonly List<DbCommand> commands = [];
    private readonly DbBatch? unsent = connection.CanCreateBatch ? connection.CreateBatch() : null;

    /// <summary>Called when the database has been told of all that it was not told of yet.</summary>
    public Action? Sent { get; init; }

    /// <summary>True for a database over a wire.</summary>
    public bool AreBatched => unsent is not null;

    /// <summary>True while the database was not told of all.</summary>
    public bool AreUnsent => unsent is { BatchCommands.Count: > 0 };

    /// <summary>So many have been executed.</summary>
    public long Count { get; private set; }

    public DbCommand Prepare(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Add(name);
        }

        commands.Add(command);
        return command;
    }

    /// <summary>Now, or with the next <see cref="Send"/>.</summary>
    /// <exception cref="ArgumentException">A text with the character NUL.</exception>
    public void Execute(DbCommand command, params ReadOnlySpan<object> values)
    {
        Count++;
        if (unsent is null)
        {
            Bind(command, values);
            command.ExecuteNonQuery();
            return;
        }

        var later = unsent.CreateBatchCommand();
        later.CommandText = command.CommandText;
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = later.CreateParameter();
            parameter.ParameterName = command.Parameters[i].ParameterName;
            parameter.Value = Storable(values[i]);
            later.Parameters.Add(parameter);
        }

        unsent.BatchCommands.Add(later);
        if (unsent.BatchCommands.Count == MostUnsent)
        {
            Send();
        }
    }

    /// <summary>The answer as of what the database was told so far: <see cref="Send"/> first where what is unsent matters.</summary>
    /// <exception cref="ArgumentException">A text with the character NUL.</exception>
    public static DbDataReader Ask(DbCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        return command.ExecuteReader();
    }

    /// <summary>Has the database do what it was not told of yet.</summary>
    public void Send()
    {
        if (unsent is { BatchCommands.Count: > 0 })
        {
            unsent.ExecuteNonQuery();
            unsent.BatchCommands.Clear();
            Sent?.Invoke();
        }
    }

    public void Dispose()
    {
        foreach (var command in commands)
        {
            command.Dispose();
        }

        unsent?.Dispose();
    }

    private static void Bind(DbCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = Storable(values[i]);
        }
    }

    /// <summary>
    /// A text as both databases hold it and as it was hashed: half a character of UTF-16 becomes the replacement character. A NUL, which
    /// PostgreSQL takes in no text, is taken by neither.
    /// </summary>
    /// <exception cref="ArgumentException">A text with NUL.</exception>
    private static object Storable(object value) => value switch
    {
        string text when text.Contains('\0', StringComparison.Ordinal) => throw new ArgumentException("A text with the character NUL cannot be recorded.", nameof(value)),
        string text when text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)),
        _ => value,
    };
}
