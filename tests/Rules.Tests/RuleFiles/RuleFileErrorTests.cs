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
}
