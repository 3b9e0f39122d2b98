using System.Globalization;
using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What a notice file says, or all that is wrong with it.</summary>
public sealed record NoticeFileResult(NoticeConfig? Config, IReadOnlyList<RuleFileError> Errors);

/// <summary>Reads <c>notices.yaml</c> (docs/notices.md). Pure: text in, configuration or errors out.</summary>
public static class NoticeFile
{
    public static NoticeFileResult Parse(string text, string fileName)
    {
        var (config, wrong) = YamlFile.Read(text, fileName, "hosts, channels and contacts", (errors, mapping) => new Reader(errors).Read(mapping));
        return new NoticeFileResult(config, wrong);
    }

    private sealed class Reader(RuleErrors errors)
    {
        private static readonly string[] Types = [.. Enum.GetNames<ChannelType>().Select(n => n.ToLowerInvariant())];

        public NoticeConfig Read(YamlMapping mapping)
        {
            var fields = new RuleFields(mapping, "a notice file", ["hosts", "channels", "contacts", "fallback", "canary"], errors);
            var hosts = Texts(fields, "hosts");
            var channels = Items(fields, "channels").Select(m => Channel(m, hosts)).OfType<ChannelConfig>().ToList();
            var names = channels.ConvertAll(c => c.Name);
            foreach (var twice in names.GroupBy(n => n).Where(g => g.Count() > 1))
            {
                errors.Add(mapping, $"channel {ErrorText.Quote(twice.Key)} twice; expected each name once");
            }

            var contacts = Contacts(fields, names);
            var fallback = fields.OptionalText("fallback", "the name of a channel");
            if (fallback is not null)
            {
                CheckChannel(fallback, names);
            }

            return new NoticeConfig
            {
                Hosts = hosts, Channels = channels, Contacts = contacts, Fallback = fallback?.Text ?? "", Canary = Canary(fields, names),
            };
        }

        private CanaryConfig? Canary(RuleFields file, List<string> channels)
        {
            if (file.Optional("canary") is not { } node)
            {
                return null;
            }

            if (node is not YamlMapping mapping)
            {
                errors.Add(node, $"'canary' is {node.Describe()}; expected a mapping with a channel");
                return null;
            }

            var before = errors.Count;
            var fields = new RuleFields(mapping, "a canary", ["channel", "every", "late", "mail", "phone"], errors);
            var channel = fields.RequiredText("channel", "the name of a channel");
            if (channel is not null)
            {
                CheckChannel(channel, channels);
            }

            var every = Duration(fields, "every", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));
            var late = Duration(fields, "late", 3 * every, 2 * every, TimeSpan.FromHours(24));
            var mail = fields.OptionalText("mail", "a mail address");
            CheckMail(mail);
            var phone = fields.OptionalText("phone", "a phone number");
            return errors.Count > before ? null : new CanaryConfig(channel!.Text, every, late, mail?.Text ?? "", phone?.Text ?? "");
        }

        private TimeSpan Duration(RuleFields fields, string key, TimeSpan usual, TimeSpan least, TimeSpan most)
        {
            if (fields.OptionalText(key, DurationText.Expected) is not { } text)
            {
                return usual;
            }

            if (DurationText.Parse(text.Text) is { } micros && micros >= least.TotalMicroseconds && micros <= most.TotalMicroseconds)
            {
                return TimeSpan.FromMicroseconds(micros);
            }

            var (from, to) = (DurationText.Format((long)least.TotalMicroseconds), DurationText.Format((long)most.TotalMicroseconds));
            errors.Add(text, $"'{key}' is {ErrorText.Quote(text.Text)}; expected {from} to {to}");
            return usual;
        }

        private ChannelConfig? Channel(YamlMapping mapping, List<string> hosts)
        {
            var before = errors.Count;
            var fields = new RuleFields(mapping, "a channel", ["name", "type", "url", "secret", "timeout", "from", "user", "authorities"], errors);
            var name = fields.RequiredText("name", "a name");
            CheckName(name, "a channel's name");
            var type = fields.RequiredText("type", "one of " + string.Join(", ", Types));
            if (type is not null && !Types.Contains(type.Text, StringComparer.Ordinal))
            {
                errors.Add(type, $"type is {ErrorText.Quote(type.Text)}; {ErrorText.Expected(type.Text, Types)}");
            }

            var isMail = type?.Text == "mail";
            var url = Url(fields, isMail, hosts);
            var secret = fields.OptionalText("secret", "env:NAME or file:PATH");
            if (secret is not null && !secret.Text.StartsWith("env:", StringComparison.Ordinal) && !secret.Text.StartsWith("file:", StringComparison.Ordinal))
            {
                // Not quoted back: it may be the secret itself.
                errors.Add(secret, "'secret' is not a place; expected env:NAME or file:PATH, never the secret itself");
            }

            var timeout = Duration(fields, "timeout", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60));
            var from = isMail ? fields.RequiredText("from", "the sender's mail address") : fields.OptionalText("from", "the sender's mail address");
            CheckMail(from);
            return errors.Count > before ? null : new ChannelConfig(
                name!.Text, Enum.Parse<ChannelType>(type!.Text, ignoreCase: true), url!, secret?.Text ?? "",
                timeout, from?.Text ?? "", fields.OptionalText("user", "a user name")?.Text ?? "",
                fields.OptionalText("authorities", "a PEM file of authorities")?.Text ?? "");
        }

        private Uri? Url(RuleFields fields, bool isMail, List<string> hosts)
        {
            if (fields.RequiredText("url", "where it is sent to") is not { } text)
            {
                return null;
            }

            if (!Uri.TryCreate(text.Text, UriKind.Absolute, out var url) || (isMail ? url.Scheme is not ("smtp" or "smtps") : url.Scheme is not ("http" or "https")))
            {
                errors.Add(text, $"'url' is no address; expected {(isMail ? "smtp:// or smtps://" : "http:// or https://")}");
                return null;
            }

            if (url.UserInfo.Length > 0)
            {
                errors.Add(text, "'url' holds a user or a password; expected them in 'user' and 'secret'");
            }
            else if (!hosts.Contains(url.Host, StringComparer.OrdinalIgnoreCase))
            {
                errors.Add(text, $"host {ErrorText.Quote(url.Host)} is not among 'hosts'; {(hosts.Count == 0 ? "expected it there" : ErrorText.Expected(url.Host, hosts))}");
            }

            // The default ports of mail are not Uri's.
            return url.Scheme == "smtps" && url.IsDefaultPort ? new UriBuilder(url) { Port = 465 }.Uri : url;
        }

        /// <summary>What is told is sent to the name, so that one name is one contact; he may be for several places.</summary>
        private List<ContactConfig> Contacts(RuleFields fields, List<string> channels)
        {
            var contacts = new List<ContactConfig>();
            var known = new Dictionary<string, (Recipient Recipient, int Line)>(StringComparer.Ordinal);
            foreach (var mapping in Items(fields, "contacts"))
            {
                if (Contact(mapping, channels) is not { Recipient: var recipient } contact)
                {
                    continue;
                }

                if (!known.TryAdd(recipient.Name, (recipient, mapping.Line)) && known[recipient.Name] is var (first, line) && !IsSame(first, recipient))
                {
                    errors.Add(mapping, $"contact {ErrorText.Quote(recipient.Name)} twice, with other channels, mail, phone or language than on line {line}; expected one name for each");
                }

                contacts.Add(contact);
            }

            return contacts;
        }

        private static bool IsSame(Recipient one, Recipient other) => one == other with { Channels = one.Channels } && one.Channels.Order().SequenceEqual(other.Channels.Order());

        private ContactConfig? Contact(YamlMapping mapping, List<string> channels)
        {
            var before = errors.Count;
            var fields = new RuleFields(mapping, "a contact", ["name", "territory", "role", "channels", "mail", "phone", "language"], errors);
            var name = fields.RequiredText("name", "a name");
            CheckName(name, $"a name, and not '{NoticeStages.Fallback}' or '{CanaryConfig.Name}'", NoticeStages.Fallback, CanaryConfig.Name);
            var used = Scalars(fields, "channels");
            used.ForEach(c => CheckChannel(c, channels));
            if (used.Count == 0)
            {
                errors.Add(mapping, "a contact without channels; expected at least one");
            }

            var mail = fields.OptionalText("mail", "a mail address");
            CheckMail(mail);
            var language = fields.OptionalText("language", "zh or en");
            if (language is not (null or { Text: "zh" or "en" }))
            {
                errors.Add(language, $"language is {ErrorText.Quote(language.Text)}; expected zh or en");
            }

            var role = fields.OptionalText("role", "officer or supervisor");
            if (role is not (null or { Text: "officer" or "supervisor" }))
            {
                errors.Add(role, $"role is {ErrorText.Quote(role.Text)}; expected officer or supervisor, or none for both");
            }

            var territory = fields.OptionalText("territory", "a territory such as d01/s03");
            if (territory is not null && !TerritoryPath.IsValid(territory.Text.Trim('/')))
            {
                errors.Add(territory, $"territory is {ErrorText.Quote(territory.Text)}; expected up to 4 codes of [A-Za-z0-9._-], joined by '/', e.g. d01/s03; none for the whole city");
            }

            var phone = fields.OptionalText("phone", "a phone number");
            return errors.Count > before ? null : new ContactConfig(
                territory?.Text.Trim('/') ?? "",
                new Recipient(name!.Text, [.. used.Select(c => c.Text)], mail?.Text ?? "", phone?.Text ?? "", language?.Text ?? "zh"),
                role is null ? null : Enum.Parse<OfficerRoles>(role.Text, ignoreCase: true));
        }

        /// <summary>Names are parts of keys.</summary>
        private void CheckName(YamlScalar? name, string expected, params string[] taken)
        {
            if (name is not null && (name.Text.Length > 64 || name.Text.Contains('/', StringComparison.Ordinal) || taken.Contains(name.Text, StringComparer.Ordinal)))
            {
                errors.Add(name, $"name {ErrorText.Quote(name.Text)}; expected {expected}: at most 64 characters without '/'");
            }
        }

        private void CheckMail(YamlScalar? mail)
        {
            if (mail is not null && !MimeKit.MailboxAddress.TryParse(mail.Text, out _))
            {
                errors.Add(mail, $"{ErrorText.Quote(mail.Text)}; expected a mail address");
            }
        }

        private void CheckChannel(YamlScalar name, List<string> channels)
        {
            if (!channels.Contains(name.Text, StringComparer.Ordinal))
            {
                errors.Add(name, $"there is no channel {ErrorText.Quote(name.Text)}; {(channels.Count == 0 ? "expected one that is defined" : ErrorText.Expected(name.Text, channels))}");
            }
        }

        private List<YamlMapping> Items(RuleFields fields, string key)
        {
            var items = new List<YamlMapping>();
            foreach (var node in Sequence(fields, key))
            {
                if (node is YamlMapping mapping)
                {
                    items.Add(mapping);
                }
                else
                {
                    errors.Add(node, $"found {node.Describe()} in '{key}'; expected a mapping");
                }
            }

            return items;
        }

        private List<string> Texts(RuleFields fields, string key) => Scalars(fields, key).ConvertAll(s => s.Text);

        private List<YamlScalar> Scalars(RuleFields fields, string key)
        {
            var scalars = new List<YamlScalar>();
            foreach (var node in Sequence(fields, key))
            {
                if (node is YamlScalar { Text.Length: > 0 } scalar)
                {
                    scalars.Add(scalar);
                }
                else
                {
                    errors.Add(node, $"found {node.Describe()} in '{key}'; expected a name");
                }
            }

            return scalars;
        }

        private IReadOnlyList<YamlNode> Sequence(RuleFields fields, string key)
        {
            switch (fields.Optional(key))
            {
                case null:
                    return [];
                case YamlSequence sequence:
                    return sequence.Items;
                case var other:
                    errors.Add(other, $"'{key}' is {other.Describe()}; expected a list");
                    return [];
            }
        }
    }
}
