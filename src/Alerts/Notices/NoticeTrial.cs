namespace PingAnIoT.Alerts;

/// <summary>One test notice over one channel, past ledger and outbox.</summary>
public static class NoticeTrial
{
    /// <returns>"" when the other side has taken it; else what it said.</returns>
    public static Task<string> SendAsync(INoticeSender sender, ChannelConfig channel, Recipient recipient, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = Micros.Now(clock);
        var card = new NoticeCard
        {
            Key = FormattableString.Invariant($"test/{now}/{recipient.Name}/{channel.Name}"), Lane = NoticeLane.Normal, Reason = NoticeReason.Trial, Recipient = recipient.Name,
            Channel = channel.Name, AlertId = "test", Sequence = 0, Place = "", Count = 1, DueMicros = now,
        };
        return NoticeSends.SendAsync(sender, channel, new NoticeMessage(card, NoticeMessage.NoAlert("test", now), recipient), clock, cancellationToken);
    }
}
