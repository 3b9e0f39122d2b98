namespace PingAnIoT.Alerts.Tests;

/// <summary>What is wrong with a notice file is said with line, column, what was expected, and the name that was likely meant.</summary>
public sealed class NoticeFileTests
{
    private const string Good = """
        hosts: [hook.test, mail.test]
        channels:
          - { name: hook, type: webhook, url: "https://hook.test/a", secret: "env:HOOK" }
          - { name: mail, type: mail, url: "smtp://mail.test:2525", from: a@test }
        contacts:
          - { name: chief, channels: [hook, mail], mail: chief@test }
        fallback: hook
        """;

    [Fact]
    public void A_whole_file_is_read()
    {
        var config = NoticeFile.Parse(Good, "n").Config!;
        (config.Channels.Count, config.Contacts.Count, config.Fallback).Should().Be((2, 1, "hook"));
    }

    [Fact]
    public void The_example_in_the_repository_has_no_errors()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "PingAnIoT.sln")))
        {
            folder = folder.Parent;
        }

        NoticeFile.Parse(File.ReadAllText(Path.Combine(folder.FullName, "docs", "notices.example.yaml")), "n").Errors.Should().BeEmpty();
    }

    /// <summary>What is told is sent to the name: two people of one name would get each other's.</summary>
    [Theory]
    [InlineData("{ name: chief, territory: d02, channels: [hook, mail], mail: chief@test }", true)]
    [InlineData("{ name: chief, role: supervisor, channels: [hook, mail], mail: chief@test }", true)]
    [InlineData("{ name: chief, territory: d02, channels: [mail], mail: chief@test }", false)]
    [InlineData("{ name: chief, territory: d02, channels: [hook, mail], mail: other@test }", false)]
    [InlineData("{ name: chief, territory: d02, channels: [hook, mail], mail: chief@test, phone: \"110\" }", false)]
    [InlineData("{ name: chief, territory: d02, channels: [hook, mail], mail: chief@test, language: en }", false)]
    public void One_name_is_one_contact_however_many_places_it_is_for(string second, bool isGood)
    {
        var errors = NoticeFile.Parse(Good.Replace("fallback:", $"  - {second}\nfallback:", StringComparison.Ordinal), "n.yaml").Errors;
        errors.Select(e => e.Message).Should().Equal(
            isGood ? [] : ["contact 'chief' twice, with other channels, mail, phone or language than on line 6; expected one name for each"]);
    }

    [Theory]
    [InlineData("type: webhook", "type: webhok", "did you mean 'webhook'?")]
    [InlineData("https://hook.test/a", "https://hok.test/a", "did you mean 'hook.test'?")]
    [InlineData("https://hook.test/a", "http://169.254.169.254/latest", "is not among 'hosts'")]
    [InlineData("https://hook.test/a", "file:///etc/passwd", "expected http:// or https://")]
    [InlineData("https://hook.test/a", "https://u:p@hook.test/a", "holds a user or a password")]
    [InlineData("env:HOOK", "s3cr3t", "never the secret itself")]
    [InlineData("[hook, mail]", "[hok, mail]", "did you mean 'hook'?")]
    [InlineData("name: chief,", "name: chief, territory: d01//s03,", "territory is 'd01//s03'; expected up to 4 codes")]
    [InlineData("name: chief,", "name: chief, territory: d01／s03,", "territory is 'd01／s03'; expected up to 4 codes")]
    [InlineData("fallback: hook", "fallbak: hook", "did you mean 'fallback'?")]
    [InlineData("mail: chief@test", "mail: \"chief\\r\\nBcc: x@y\"", "expected a mail address")]
    public void An_error_says_where_and_what_was_meant(string good, string bad, string says)
    {
        var errors = NoticeFile.Parse(Good.Replace(good, bad, StringComparison.Ordinal), "n.yaml").Errors;
        errors.Should().Contain(e => e.Message.Contains(says, StringComparison.Ordinal) && e.Line >= 1 && e.Column >= 1);
        errors.Should().NotContain(e => e.Message.Contains("s3cr3t", StringComparison.Ordinal));
    }
}
