using Microsoft.Extensions.Logging.Abstractions;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts.Tests;

/// <summary>The auditor against a schedule that is broken on purpose: what is never set never fires, and nobody would miss it.</summary>
public sealed class DeadlineAuditTests
{
    private static readonly Dictionary<string, Func<EntryKind, EntryBody, EntryBody>> Ways = new(StringComparer.Ordinal)
    {
        ["a raise sets nothing"] = (k, b) => k == EntryKind.Raised ? Raise(b, []) : b,
        ["a raise forgets that nothing was said of it"] = (k, b) => k == EntryKind.Raised ? b with { Transition = b.Transition! with { Deadlines = null } } : b,
        ["a raise forgets a step that is told always"] = (k, b) => k == EntryKind.Raised ? Raise(b, b.Transition!.Deadlines!.Where(d => d.Step != WorkState.Acknowledged)) : b,
        ["a raise sets all a second late"] = (k, b) => k == EntryKind.Raised ? Raise(b, Later(b.Transition!.Deadlines!)) : b,
        ["a raise sets what nothing demands"] = (k, b) =>
            k == EntryKind.Raised ? Raise(b, b.Transition!.Deadlines!.Append(new Deadline(WorkState.Arrived, 1, 1, b.Transition.Deadlines![0].DueMicros))) : b,
        ["what gets worse is due no sooner"] = (k, b) => k == EntryKind.ColourChanged ? b with { Transition = b.Transition! with { Deadlines = null } } : b,
        ["what comes back sets nothing"] = (k, b) => k == EntryKind.Recurred ? b with { Transition = b.Transition! with { Deadlines = null } } : b,
        ["a breach is the last of its step"] = (k, b) => k == EntryKind.Breached && b.Escalation?.Reopens != true ? b with { Escalation = null } : b,
        ["the next level of what is told always is forgotten"] = (k, b) => b.Breach is { Step: WorkState.Rectified } ? b with { Escalation = null } : b,
        ["the next level is late"] = (k, b) => k == EntryKind.Breached && b.Escalation is { Deadlines: { } set } ? b with { Escalation = b.Escalation with { Deadlines = Later(set) } } : b,
        ["the next level is the same again"] = (k, b) => k == EntryKind.Breached && b.Escalation is { Reopens: null, Deadlines: { } set }
            ? b with { Escalation = b.Escalation with { Deadlines = [.. set.Select(d => d.Step == b.Breach!.Step ? d with { Level = d.Level + 1 } : d)] } } : b,
        ["what comes back of itself sets nothing"] = (k, b) => b.Escalation?.Reopens == true ? b with { Escalation = b.Escalation with { Deadlines = [] } } : b,
        ["an acknowledgement sets nothing"] = (k, b) => Command(k, b, EntryKind.Acknowledged, null),
        ["who is sent is not awaited"] = (k, b) => Command(k, b, EntryKind.Dispatched, null),
        ["who is sent is awaited late"] = (k, b) => k == EntryKind.Dispatched && b.Command!.Deadlines is { } set ? Command(k, b, EntryKind.Dispatched, Later(set)) : b,
        ["what is put right need not be closed"] = (k, b) => Command(k, b, EntryKind.Rectified, null),
        ["an acknowledgement takes all away"] = (k, b) => Command(k, b, EntryKind.Acknowledged, []),
        ["a shelf takes all away"] = (k, b) => k == EntryKind.Shelved ? Command(k, b, EntryKind.Shelved, b.Command!.Deadlines!.Where(d => d.Step == WorkState.ShelveEnd)) : b,
        ["the end of a shelf takes all away"] = (k, b) => Command(k, b, EntryKind.Unshelved, []),
        ["out of service has no end"] = (k, b) => Command(k, b, EntryKind.OutOfService, []),
        ["the end of an out of service is late"] = (k, b) => k == EntryKind.OutOfService ? Command(k, b, k, b.Command!.Deadlines!.Select(d => d with { DueMicros = d.DueMicros + 28_800_000_000 })) : b,
        ["a return to service sets nothing"] = (k, b) => Command(k, b, EntryKind.ReturnedToService, []),
    };

    public static TheoryData<string> AllWays => [.. Ways.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_schedule_that_is_whole_there_is_nothing_to_say()
    {
        await using var kit = new LedgerKit();
        (await PlayAsync(kit)).Should().BeEmpty();
        kit.Ledger.Book.Alerts.FindLive(SystemAlerts.Deadlines.Rule, SystemAlerts.Deadlines.Series).Should().BeNull();
        var kinds = (await kit.EntriesAsync()).Select(e => e.Kind).ToHashSet();
        kinds.Should().Contain(
            [EntryKind.Raised, EntryKind.ColourChanged, EntryKind.Recurred, EntryKind.Breached, EntryKind.Acknowledged, EntryKind.Dispatched, EntryKind.Rectified, EntryKind.Unshelved, EntryKind.ReturnedToService]);
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task Of_one_that_is_broken_the_auditor_speaks(string way)
    {
        await using var kit = new LedgerKit();
        kit.Options = kit.Options with { Spoils = Ways[way] };
        (await PlayAsync(kit)).Should().NotBeEmpty();
        var said = kit.Ledger.Book.Alerts.FindLive(SystemAlerts.Deadlines.Rule, SystemAlerts.Deadlines.Series);
        (said?.Colour, said?.IsActive).Should().Be((Severity.Red, true));
    }

    [Fact]
    public async Task What_decides_is_the_policy_of_that_moment()
    {
        await using var kit = new LedgerKit();
        var ledger = kit.Open();
        await using var auditor = Auditor(kit);
        var plants = Enumerable.Range(0, 3).Select(i => new Plant($"gp-{i}")).ToList();
        ledger.Post(plants[0].To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        await ledger.UsePolicyAsync(PolicyFile.Parse("deadlines: { red: { acknowledged: 10m, rectified: 2h } }", "other.yaml").Policy!, Cancel);
        ledger.Post(plants[1].To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        kit.Fake.Advance(TimeSpan.FromSeconds(31));
        ledger.Post(plants[2].To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        (await auditor.RunAsync(Cancel)).Should().BeEmpty("what was set by the old policy stays as it was set");

        // By the one before it, as if the file had been put on record and not in force.
        await ledger.WriteAsync(t => PolicyRecord.Write(t, DeadlinePolicy.Default), Cancel);
        await ledger.UsePolicyAsync(DeadlinePolicy.Default, Cancel);
        kit.Fake.Advance(TimeSpan.FromSeconds(31));
        ledger.Post(plants[0].To(Severity.Normal, kit.Now));
        ledger.Post(new Plant("gp-9").To(Severity.Red, kit.Now));
        await kit.FlushAsync();
        await ledger.SweepAsync(Cancel);
        (await auditor.RunAsync(Cancel)).Should().BeEmpty();
    }

    /// <summary>All that sets deadlines, in a day of one device and another.</summary>
    private static async Task<IReadOnlyList<string>> PlayAsync(LedgerKit kit)
    {
        kit.Options = kit.Options with { Deadlines = DeadlinePolicy.Default };
        var ledger = kit.Open();
        await using var auditor = Auditor(kit);
        var (plant, other) = (new Plant(), new Plant("gp-2"));
        var keys = 0;
        await PlantAsync(plant, Severity.Yellow);
        await PlantAsync(other, Severity.Red);
        await PassAsync(TimeSpan.FromMinutes(3));
        await PlantAsync(plant, Severity.Red);
        await PassAsync(TimeSpan.FromMinutes(2));
        await StepAsync(plant, c => ledger.AcknowledgeAsync(c, Cancel));
        await PassAsync(TimeSpan.FromMinutes(6));
        await StepAsync(plant, c => ledger.AcknowledgeAsync(c, Cancel));
        await StepAsync(plant, c => ledger.ShelveAsync(c, TimeSpan.FromMinutes(5), Cancel));
        await PassAsync(TimeSpan.FromMinutes(6));
        await StepAsync(plant, c => ledger.DispatchAsync(c, "team-3", Cancel));
        await PassAsync(TimeSpan.FromMinutes(50));
        await StepAsync(plant, c => ledger.ArriveAsync(c, Cancel));
        await PassAsync(TimeSpan.FromDays(1));
        await StepAsync(plant, c => ledger.RectifyAsync(c, Cancel));
        await PlantAsync(plant, Severity.Normal);
        await PassAsync(TimeSpan.FromMinutes(20));
        await PlantAsync(plant, Severity.Yellow);
        await PassAsync(TimeSpan.FromMinutes(1));
        await StepAsync(other, c => ledger.TakeOutOfServiceAsync(c, TimeSpan.FromMinutes(3), Cancel));
        await PassAsync(TimeSpan.FromMinutes(1));
        await StepAsync(other, c => ledger.ReturnToServiceAsync(c, Cancel));
        await PassAsync(TimeSpan.FromMinutes(1));
        return await auditor.RunAsync(Cancel);

        async Task PlantAsync(Plant of, Severity to)
        {
            ledger.Post(of.To(to, kit.Now));
            await kit.FlushAsync();
        }

        async Task StepAsync(Plant of, Func<AlertCommand, Task<CommandResult>> take)
        {
            var id = ledger.Book.Alerts.Values.Single(a => a.Device == of.Device.Device).Id;
            var result = await take(new AlertCommand(id, new Officer("wang") { Roles = OfficerRoles.Supervisor }, $"k{keys++}", "note"));
            (result.IsDone || kit.Options.Spoils is not null).Should().BeTrue(result.Reason);
        }

        // In steps, so that hardly anything is late.
        async Task PassAsync(TimeSpan time)
        {
            for (var i = 0; i < 20; i++)
            {
                kit.Fake.Advance(time / 20);
                await ledger.SweepAsync(Cancel);
            }
        }
    }

    private static DeadlineAuditor Auditor(LedgerKit kit) => new(kit.Ledger, kit.Clock, NullLogger<DeadlineAuditor>.Instance, TimeSpan.Zero);

    private static EntryBody Raise(EntryBody body, IEnumerable<Deadline> deadlines) => body with { Transition = body.Transition! with { Deadlines = [.. deadlines] } };

    private static EntryBody Command(EntryKind kind, EntryBody body, EntryKind of, IEnumerable<Deadline>? deadlines) =>
        kind == of ? body with { Command = body.Command! with { Deadlines = deadlines is null ? null : [.. deadlines] } } : body;

    private static IReadOnlyList<Deadline> Later(IReadOnlyList<Deadline> deadlines) => [.. deadlines.Select(d => d with { DueMicros = d.DueMicros + 1_000_000 })];
}
