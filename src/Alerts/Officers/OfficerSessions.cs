using System.Security.Cryptography;
using System.Text;

namespace PingAnIoT.Alerts;

/// <summary>How a sign-in ended.</summary>
public enum SignInOutcome
{
    Done,

    /// <summary>Wrong name or password, or a disabled officer: which of them is not told.</summary>
    Refused,

    /// <summary>Too many failures; try again after <see cref="SignInResult.RetryAfter"/>.</summary>
    Locked,

    /// <summary>Too many passwords are being checked.</summary>
    Busy,
}

/// <summary>Tokens, or why there are none.</summary>
public sealed record SignInResult(SignInOutcome Outcome)
{
    public string AccessToken { get; init; } = "";

    public DateTimeOffset AccessExpires { get; init; }

    public string RefreshToken { get; init; } = "";

    public OfficerRecord? Officer { get; init; }

    public TimeSpan RetryAfter { get; init; }
}

/// <summary>
/// The local issuer: passwords in, short-lived access tokens and rotating refresh tokens out. Threading: from any thread.
/// </summary>
public sealed class OfficerSessions : IDisposable
{
    private const int HashesAtOnce = 2;
    private const int HashesWaiting = 32;

    /// <summary>A session ends when it was not refreshed for so long.</summary>
    public static readonly TimeSpan SessionLife = TimeSpan.FromHours(12);

    private readonly Ledger ledger;
    private readonly SecretStore secrets;
    private readonly OfficerKeys keys;
    private readonly string audience;
    private readonly TimeProvider time;
    private readonly SignInLockout lockout;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, CancellationTokenSource> watched = new(StringComparer.Ordinal);
    private readonly OfficerPassword decoy = OfficerPassword.Unmatchable();
    private readonly SemaphoreSlim hashing = new(HashesAtOnce);
    private readonly Lock refreshGate = new();
    private int waiting;

    public OfficerSessions(Ledger ledger, SecretStore secrets, OfficerKeys keys, string audience, TimeProvider time)
    {
        this.ledger = ledger;
        this.secrets = secrets;
        this.keys = keys;
        this.audience = audience;
        this.time = time;
        lockout = new SignInLockout(secrets, time);
        secrets.SessionEnded = id =>
        {
            if (watched.TryRemove(id, out var over))
            {
                _ = over.CancelAsync();
            }
        };
    }

    public async Task<SignInResult> SignInAsync(string name, string password, string address, CancellationToken cancellationToken)
    {
        if (name.Length > 64 || password.Length > OfficerPassword.LongestChars)
        {
            return new SignInResult(SignInOutcome.Refused);
        }

        if (lockout.LockedFor(name, address) is var left && left > TimeSpan.Zero)
        {
            return new SignInResult(SignInOutcome.Locked) { RetryAfter = left };
        }

        var stored = secrets.FindPassword(name);
        var matches = await TryHashAsync(stored ?? decoy, password, cancellationToken).ConfigureAwait(false);
        if (matches is null)
        {
            return new SignInResult(SignInOutcome.Busy);
        }

        // Looked at again: tries that waited side by side for the hash are no way around the lock.
        if (lockout.LockedFor(name, address) is var since && since > TimeSpan.Zero)
        {
            return new SignInResult(SignInOutcome.Locked) { RetryAfter = since };
        }

        var given = matches.Value && stored is not null && Find(name) is { } officer
            ? Give(officer, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)), (session, now) => secrets.BeginSession(session, stored, now))
            : null;
        if (given is null)
        {
            lockout.Failed(name, address);
            return new SignInResult(SignInOutcome.Refused);
        }

        lockout.Succeeded(name, address);
        return given;
    }

    /// <summary>New tokens for a refresh token, which is good once: one that comes again has been stolen, and ends the session.</summary>
    public SignInResult Refresh(string refreshToken)
    {
        var dot = refreshToken.IndexOf('.', StringComparison.Ordinal);
        var id = dot < 0 ? "" : refreshToken[..dot];
        lock (refreshGate)
        {
            if (secrets.FindSession(id, Micros.Now(time)) is not { } session)
            {
                return new SignInResult(SignInOutcome.Refused);
            }

            var isGood = CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(session.TokenHash), Encoding.ASCII.GetBytes(HashOf(refreshToken)));
            if (!isGood || Find(session.Officer) is not { } officer)
            {
                secrets.EndSession(id);
                return new SignInResult(SignInOutcome.Refused);
            }

            return Give(officer, id, (renewed, _) => secrets.RenewSession(renewed)) ?? new SignInResult(SignInOutcome.Refused);
        }
    }

    public void SignOut(string sessionId) => secrets.EndSession(sessionId);

    /// <summary>For a stream that must not outlive the session. No more of them than there are sessions.</summary>
    public SessionWatch Watch(string sessionId)
    {
        var over = watched.GetOrAdd(sessionId, _ => new CancellationTokenSource());
        if (IsOver())
        {
            // Ended between the two: nobody tells of it any more.
            watched.TryRemove(sessionId, out _);
            _ = over.CancelAsync();
        }

        return new SessionWatch(IsOver, over.Token);

        bool IsOver() => secrets.FindSession(sessionId, Micros.Now(time)) is null;
    }

    /// <summary>The officer of a session, as the book has it now; null when either is over.</summary>
    public OfficerRecord? FindOfficer(string name, string sessionId) =>
        secrets.FindSession(sessionId, Micros.Now(time)) is { } session && session.Officer == name ? Find(name) : null;

    /// <summary>Whether an officer can sign in. Waits for nothing.</summary>
    public bool HasPassword(string officer) => secrets.HasPassword(officer);

    /// <summary>Whether there is somebody who may give every role everywhere, and can sign in.</summary>
    public bool HasChief => Administering.HasChief(ledger.Book.Duty.Officers, secrets.HasPassword);

    /// <summary>Makes a chief who has a password: all of it is on record at once. Where the secret is not on disk after all, the next start offers another token.</summary>
    public async Task<CommandResult> SetUpAsync(string name, string password)
    {
        var secret = await Task.Run(() => OfficerPassword.Create(password)).ConfigureAwait(false);
        var done = await ledger.DecideAsync(t => OfficerBookCommands.SetUp(t, name, secrets.HasPassword), CancellationToken.None).ConfigureAwait(false);
        if (done.IsDone)
        {
            secrets.SetPassword(name, secret);
            lockout.Renewed(name);
        }

        return done;
    }

    /// <summary>Sets a password: the record of it first, then the secret. All the officer's sessions end.</summary>
    /// <param name="officer">Whose.</param>
    /// <param name="password">In plain; not kept.</param>
    /// <param name="actor">Himself, or an administrator who may act on him.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<CommandResult> SetPasswordAsync(string officer, string password, Officer actor, CancellationToken cancellationToken)
    {
        if (OfficerPassword.Refuse(password) is { } wrong)
        {
            return new CommandResult(CommandOutcome.Invalid) { Reason = "A password " + wrong + "." };
        }

        var noted = await ledger.DecideAsync(t => OfficerBookCommands.NotePassword(t, officer, actor, secrets.HasPassword), cancellationToken).ConfigureAwait(false);
        if (noted.IsDone)
        {
            secrets.SetPassword(officer, await Task.Run(() => OfficerPassword.Create(password), cancellationToken).ConfigureAwait(false));
            lockout.Renewed(officer);
        }

        return noted;
    }

    /// <summary>Adds or changes an officer; one that is disabled is out at once.</summary>
    /// <param name="record">From here on.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="isNew">True for a new one, false for one that is there.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<CommandResult> SetOfficerAsync(OfficerRecord record, Officer actor, bool isNew, CancellationToken cancellationToken, string requestId = "")
    {
        return EndIfDisabled(await ledger.DecideAsync(t => OfficerBookCommands.Set(t, record, actor, isNew, secrets.HasPassword, requestId), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Changes something of an officer; one that is disabled by it is out at once.</summary>
    public async Task<CommandResult> ChangeOfficerAsync(
        string name, Func<OfficerRecord, OfficerRecord> change, Officer actor, string requestId, CancellationToken cancellationToken) =>
        EndIfDisabled(await ledger.DecideAsync(t => OfficerBookCommands.Change(t, name, change, actor, secrets.HasPassword, requestId), cancellationToken).ConfigureAwait(false));

    /// <summary>Of one who is disabled: out at once.</summary>
    public void EndSessionsOf(string name) => secrets.EndSessionsOf(name);

    public void Dispose() => hashing.Dispose();

    private CommandResult EndIfDisabled(CommandResult done)
    {
        if (done is { IsDone: true, Entry.Body.Officer: { IsDisabled: true } officer })
        {
            secrets.EndSessionsOf(officer.Name);
        }

        return done;
    }

    private OfficerRecord? Find(string name) =>
        ledger.Book.Duty.Officers.TryGetValue(name, out var officer) && !officer.IsDisabled ? officer : null;

    /// <returns>Null when the session is not to be.</returns>
    private SignInResult? Give(OfficerRecord officer, string sessionId, Func<OfficerSession, long, bool> put)
    {
        var refresh = $"{sessionId}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
        var now = Micros.Now(time);
        if (!put(new OfficerSession(sessionId, officer.Name, HashOf(refresh), now + (SessionLife.Ticks / TimeSpan.TicksPerMicrosecond)), now))
        {
            return null;
        }

        var (token, expires) = keys.Issue(officer, sessionId, audience);
        return new SignInResult(SignInOutcome.Done) { AccessToken = token, AccessExpires = expires, RefreshToken = refresh, Officer = officer };
    }

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <returns>Null when too many wait already.</returns>
    private async Task<bool?> TryHashAsync(OfficerPassword password, string given, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref waiting) > HashesWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return null;
        }

        try
        {
            await hashing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => password.Matches(given), CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                hashing.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
