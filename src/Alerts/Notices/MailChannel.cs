using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace PingAnIoT.Alerts;

/// <summary>Plain-text mail over SMTP: <c>smtp://host:25</c>, or <c>smtps://host:465</c> for TLS from the start.</summary>
internal static class MailChannel
{
    public static async Task<string> SendAsync(ChannelConfig channel, NoticeMessage message, CancellationToken cancellationToken)
    {
        if (message.Recipient.Mail.Length == 0)
        {
            return "the recipient has no mail address";
        }

        using var mail = Compose(channel, message);
        // As over HTTP: whether a certificate was revoked is not asked of a third party, which from an inner network nobody reaches.
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        if (channel.Authorities.Length > 0)
        {
            client.ServerCertificateValidationCallback = (_, certificate, chain, errors) => ChannelTrust.IsGood(channel.Authorities, certificate, chain, errors);
        }

        // A password never goes out in the clear, whatever somebody between the two takes out of the server's offer.
        var security = channel.Url.Scheme == "smtps" ? SecureSocketOptions.SslOnConnect
            : channel.User.Length > 0 && !channel.Url.IsLoopback ? SecureSocketOptions.StartTls
            : SecureSocketOptions.StartTlsWhenAvailable;
        try
        {
            await client.ConnectAsync(channel.Url.Host, channel.Url.Port, security, cancellationToken).ConfigureAwait(false);
            if (channel.User.Length > 0)
            {
                await client.AuthenticateAsync(channel.User, SecretText.Read(channel.Secret), cancellationToken).ConfigureAwait(false);
            }

            await client.SendAsync(mail, cancellationToken).ConfigureAwait(false);
            await LeaveAsync(client, cancellationToken).ConfigureAwait(false);
            return "";
        }
        catch (SmtpCommandException refused)
        {
            return $"the mail server answered {(int)refused.StatusCode}";
        }
        catch (AuthenticationException)
        {
            return "the mail server refused the user";
        }
        catch (SslHandshakeException)
        {
            return "no TLS with the mail server: its certificate is not good, or it offers none";
        }
    }

    /// <summary>The mail is taken; that the goodbye is not answered must not have it sent again.</summary>
    private static async Task LeaveAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ProtocolException)
        {
            // Closed with the client.
        }
    }

    /// <summary>The subject is one line by what it is made of, and encoded where it is not ASCII; the text is no HTML.</summary>
    internal static MimeMessage Compose(ChannelConfig channel, NoticeMessage message)
    {
        var mail = new MimeMessage { Subject = message.Subject, Body = new TextPart("plain") { Text = message.Body } };
        mail.From.Add(MailboxAddress.Parse(channel.From));
        mail.To.Add(MailboxAddress.Parse(message.Recipient.Mail));
        mail.Headers.Add("X-PingAn-Key", Uri.EscapeDataString(message.Card.Key));
        mail.MessageId = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(message.Card.Key))) + "@pinganiot";
        return mail;
    }
}
