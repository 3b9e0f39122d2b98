using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>
/// Where the book is looked at in its order: one look at a time, so that however many list, they take one thread and no more, and neither what is
/// recorded nor what is streamed waits for them. Officers who list take turns. The order is made when it is first asked for, follows while it is asked for, and is dropped after a
/// minute without. Threading: from any thread.
/// </summary>
internal sealed class BookDesk(Func<BookSnapshot> book, TimeProvider clock, AlertsMetrics metrics) : IAsyncDisposable
{
    /// <summary>Most lists that wait, of all officers and of one.</summary>
    public const int MostWaiting = 256;
    public const int MostOfOne = 8;

    private static readonly TimeSpan Follows = TimeSpan.FromSeconds(5);
    private const int IdleRounds = 12;
    private readonly ListTurns turns = new(MostWaiting, MostOfOne);
    private readonly SemaphoreSlim gate = new(1);
    private OrderedBook? ordered;
    private ITimer? timer;
    private int idle;
    private bool disposed;

    /// <summary>The order is there; else the next look makes it.</summary>
    internal bool IsFollowing => ordered is not null;

    /// <summary>For an officer's list: refused where enough of them wait.</summary>
    /// <param name="officer">Who asks.</param>
    /// <param name="look">Must not keep the book, only what it found there; all of it is one snapshot.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED.</exception>
    public async Task<T> ListAsync<T>(Officer officer, Func<OrderedBook, T> look, CancellationToken cancellationToken)
    {
        if (!await turns.EnterAsync(officer.Name, cancellationToken).ConfigureAwait(false))
        {
            metrics.ListsRefused.Add(1);
            throw GrpcErrors.Of(StatusCode.ResourceExhausted, "TOO_MANY_LISTS", $"At most {MostWaiting} lists, {MostOfOne} of one officer, are made at a time: ask again.");
        }

        try
        {
            return await LookAsync(look, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turns.Leave();
        }
    }

    /// <summary>For what is bounded elsewhere, as streams are: waits for one list at most.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<T> LookAsync<T>(Func<OrderedBook, T> look, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            idle = 0;
            var found = look(Follow());
            if (!disposed)
            {
                timer ??= clock.CreateTimer(_ => _ = RoundAsync(), null, Follows, Follows);
            }

            return found;
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await gate.WaitAsync().ConfigureAwait(false);
        disposed = true;
        Drop();
        gate.Release();
    }

    /// <summary>What has changed since the last look is not to be kept for long in both its forms.</summary>
    private async Task RoundAsync()
    {
        if (!await gate.WaitAsync(0).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            if (ordered is not null && ++idle < IdleRounds)
            {
                Follow();
            }
            else
            {
                Drop();
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private OrderedBook Follow()
    {
        var following = ordered ?? new OrderedBook();

        // What has failed half-way is made anew.
        ordered = null;
        following.Follow(book());
        return ordered = following;
    }

    private void Drop()
    {
        ordered = null;
        timer?.Dispose();
        timer = null;
    }
}
