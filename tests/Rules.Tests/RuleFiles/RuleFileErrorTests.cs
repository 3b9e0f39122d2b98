using System.Text.RegularExpressions;

namespace PingAnIoT.Rules.Tests;

public class RuleFileErrorTests
{
    [Fact]
    public void Says_exactly_what_the_table_says()
    {
        var wrong = new List<string>();
        foreach (var (change, expected) in ErrorTable.Rows())
        {
            var actual = ErrorTable.Actual(change);
            if (actual != expected || actual.Length == 0)
            {
                wrong.Add($"{change} => {actual}");
            }
        }

        string.Join("\n", wrong).Should().BeEmpty();
    }

    /// <summary>Every message, and every way a part of it can be chosen, stands word for word in some test: the table or <see cref="RuleFileTests"/>.</summary>
    [Fact]
    public void Every_message_in_the_source_is_tested_word_for_word()
    {
        var told = ErrorMessages.InTests();
        var messages = ErrorMessages.InSource().ToList();
        messages.Count.Should().BeGreaterThan(130, "that is how many there are at least");
        var untested = messages.Where(m => new Regex(m.Pattern) is var pattern && !told.Any(pattern.IsMatch)).Select(m => $"{m.Where}: {m.Pattern}");
        string.Join("\n", untested).Should().BeEmpty();
        TestContext.Current.TestOutputHelper?.WriteLine($"{messages.Count} messages and parts of messages, {told.Count} texts demanded");
    }
}
