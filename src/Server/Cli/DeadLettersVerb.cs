using System.CommandLine;
using System.Globalization;
using System.Text;

namespace PingAnIoT.Server;

/// <summary><c>dead-letters</c>: what gateways sent and was refused, with the reason.</summary>
internal static class DeadLettersVerb
{
    /// <summary>Most characters of a payload on a line; all that is kept of it is in the JSON.</summary>
    private const int Shown = 80;

    public static Command Create(Terminal terminal)
    {
        var gateway = new Option<string>("--gateway") { Description = "Only those of this gateway.", DefaultValueFactory = _ => "" };
        var (limit, json) = (PagedList.Limit(), PagedList.Json());
        var command = new Command("dead-letters", "List messages and readings that were refused, newest first, with the reason.") { gateway, limit, json };
        return OfficerConnection.Verb(terminal, command, channel => new V1.FleetService.FleetServiceClient(channel), async (client, headers, parsed, ct) =>
        {
            var asked = new V1.ListDeadLettersRequest { Gateway = parsed.GetValue(gateway) };
            var letters = await PagedList.ReadAsync<V1.DeadLetter>(terminal, parsed.GetValue(limit), async (size, token) =>
            {
                (asked.PageSize, asked.PageToken) = (size, token);
                var page = await client.ListDeadLettersAsync(asked, headers, cancellationToken: ct);
                return (page.DeadLetters, page.NextPageToken);
            });
            return await PagedList.WriteAsync(terminal, letters, parsed.GetValue(json), Line);
        });
    }

    private static string Line(V1.DeadLetter letter) => string.Create(
        CultureInfo.InvariantCulture,
        $"{letter.Id}  {DutyText.Of(letter.ReceiveTime)}  {letter.Gateway}  {Plain(letter.Topic)}  {letter.Reason}  "
        + $"{(letter.Whole ? "all of it" : $"{letter.RefusedReadings} readings of it")}, at byte {letter.PayloadOffset} of {letter.PayloadBytes}: {Plain(Start(letter))}");

    private static string Start(V1.DeadLetter letter)
    {
        var text = Encoding.UTF8.GetString(letter.Payload.Span);
        return text.Length <= Shown ? text : text[..Shown] + "…";
    }

    /// <summary>What a stranger sent is not let at the terminal's controls.</summary>
    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
