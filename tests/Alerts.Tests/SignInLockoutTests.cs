using Microsoft.Extensions.Time.Testing;

namespace PingAnIoT.Alerts.Tests;

/// <summary>Guessing locks out who guesses, and not who is guessed at.</summary>
public sealed class SignInLockoutTests : IDisposable
{
    private const string Home = "10.0.0.7";
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-lockout-").FullName;
    private readonly FakeTimeProvider clock = new(LedgerKit.Start);
    private SecretStore store;
    private SignInLockout lockout;

    public SignInLockoutTests() => (store, lockout) = Open();

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void T24_a_stranger_locks_out_strangers_and_never_the_officer_at_the_usual_place()
    {
        lockout.Succeeded("chief", Home);
        var (heard, officerLocked) = (0, 0);
        const int Guesses = 10_000;
        for (var i = 0; i < Guesses; i++)
        {
            // From everywhere, as fast as it is let, for a day.
            clock.Advance(TimeSpan.FromSeconds(8.64));
            if (lockout.LockedFor("chief", $"203.0.{i % 250}.{i / 250}") == TimeSpan.Zero)
            {
                heard++;
                lockout.Failed("chief", $"203.0.{i % 250}.{i / 250}");
            }

            officerLocked += lockout.LockedFor("chief", Home) > TimeSpan.Zero ? 1 : 0;
            if (i % 1000 == 0)
            {
                Restart();
            }
        }

        // 20 at once, then one at the end of each lock: of a quarter of an hour, soon.
        var failures = officerLocked + (heard > 20 + 10 + 96 ? heard - 126 : 0);
        Threat.Report("T-24", Guesses, failures, $"guesses at one name from 10,000 addresses in a day: {heard} heard, the officer locked out {officerLocked} times, restarts between");
        failures.Should().Be(0);
        lockout.LockedFor("chief", "198.51.100.1").Should().BePositive("an address that is new to the name has to wait");
    }

    [Fact]
    public void An_address_is_locked_for_the_names_it_guessed_at_and_soon_for_all()
    {
        lockout.Succeeded("chief", Home);
        for (var i = 0; i < 5; i++)
        {
            lockout.Failed("chief", Home);
        }

        lockout.LockedFor("chief", Home).Should().BePositive("known or not: five wrong ones are five wrong ones");
        lockout.LockedFor("li.na", Home).Should().Be(TimeSpan.Zero);
        lockout.LockedFor("chief", "10.0.0.8").Should().Be(TimeSpan.Zero, "who is known has not counted against the name");
        for (var i = 0; i < 15; i++)
        {
            lockout.Failed($"nobody-{i}", Home);
        }

        lockout.LockedFor("li.na", Home).Should().BePositive("20 of one address are enough for all names");
        Restart();
        lockout.LockedFor("li.na", Home).Should().BePositive("a restart forgives nothing");
        lockout.LockedFor("chief", Home).Should().BeLessThanOrEqualTo(TimeSpan.FromMinutes(15));
        clock.Advance(TimeSpan.FromMinutes(15));
        lockout.LockedFor("chief", Home).Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void A_good_sign_in_forgives_the_address_and_not_the_strangers()
    {
        lockout.Succeeded("chief", Home);
        for (var i = 0; i < 20; i++)
        {
            lockout.Failed("chief", $"203.0.113.{i}");
        }

        lockout.Succeeded("chief", Home);
        lockout.LockedFor("chief", "198.51.100.1").Should().BePositive();
        lockout.Renewed("chief");
        lockout.LockedFor("chief", "198.51.100.1").Should().Be(TimeSpan.Zero, "there is a new password to guess at");
        for (var i = 0; i < 20; i++)
        {
            lockout.Failed("chief", $"203.0.113.{i}");
        }

        lockout.LockedFor("chief", Home).Should().BePositive("with a new password nobody is known until he has used it");
    }

    [Fact]
    public void An_address_is_forgotten_after_a_season_and_beyond_sixteen()
    {
        lockout.Succeeded("chief", Home);
        clock.Advance(TimeSpan.FromDays(91));
        Lock();
        lockout.LockedFor("chief", Home).Should().BePositive();
        for (var i = 0; i < 17; i++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            lockout.Succeeded("chief", $"10.0.1.{i}");
        }

        Restart();
        Lock();
        lockout.LockedFor("chief", "10.0.1.0").Should().BePositive("sixteen are kept");
        lockout.LockedFor("chief", "10.0.1.1").Should().Be(TimeSpan.Zero);

        void Lock()
        {
            for (var i = 0; i < 20; i++)
            {
                lockout.Failed("chief", $"203.0.113.{i}");
            }
        }
    }

    [Theory]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("10.0.0.7", "10.0.0.7")]
    [InlineData("", "")]
    public void An_address_counts_as_what_one_household_is_given(string address, string place) => SignInLockout.PlaceOf(address).Should().Be(place);

    private void Restart()
    {
        store.Dispose();
        (store, lockout) = Open();
    }

    private (SecretStore Store, SignInLockout Lockout) Open()
    {
        var opened = SecretStore.Open(folder);
        return (opened, new SignInLockout(opened, clock));
    }
}
