namespace PingAnIoT.Alerts.Tests;

/// <summary>A session rests on the password that there is when it begins.</summary>
public sealed class OfficerSessionTests
{
    private const string Old = "correct horse battery", New = "staple of another kind";

    /// <summary>It takes long to try, as where many sign in at once.</summary>
    [Fact]
    public async Task T24_who_is_signing_in_while_the_password_is_changed_is_not_in_by_the_old_one()
    {
        await using var kit = new LedgerKit();
        using var secrets = SecretStore.Open(kit.Folder);
        using var sessions = new OfficerSessions(kit.Open(), secrets, OfficerKeys.Open(kit.Folder, kit.Clock), "city", kit.Clock);
        (await sessions.SetOfficerAsync(
            new OfficerRecord("li", "", "", OfficerRoles.Officer, DutyKit.Street), new Officer("chief"), isNew: true, TestContext.Current.CancellationToken)).IsDone.Should().BeTrue();
        secrets.SetPassword("li", OfficerPassword.Create(Old, rounds: 3_000_000));
        var entering = SignInAsync(Old);
        secrets.SetPassword("li", OfficerPassword.Create(New, rounds: 1));
        sessions.Refresh((await entering).RefreshToken).Outcome.Should().Be(SignInOutcome.Refused);
        (await SignInAsync(Old)).Outcome.Should().Be(SignInOutcome.Refused);
        var given = await SignInAsync(New);
        (given.Outcome, sessions.Refresh(given.RefreshToken).Outcome).Should().Be((SignInOutcome.Done, SignInOutcome.Done));

        Task<SignInResult> SignInAsync(string password) => sessions.SignInAsync("li", password, "10.0.0.7", TestContext.Current.CancellationToken);
    }
}
