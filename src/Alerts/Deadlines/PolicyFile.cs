using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>What a policy file says, or all that is wrong with it.</summary>
public sealed record PolicyFileResult(DeadlinePolicy? Policy, IReadOnlyList<RuleFileError> Errors);

/// <summary>Reads <c>policy.yaml</c> (docs/life-cycle.md). Pure: text in, policy or errors out.</summary>
public static class PolicyFile
{
    /// <summary>Of the text.</summary>
    public const int SizeLimitCharacters = 256 * 1024;

    public static PolicyFileResult Parse(string text, string fileName)
    {
        if (text.Length > SizeLimitCharacters)
        {
            return new PolicyFileResult(null, [new RuleFileError(fileName, 1, 1, $"the file has {text.Length} characters; expected at most {SizeLimitCharacters}")]);
        }

        var (policy, wrong) = YamlFile.Read(text, fileName, "deadlines", (errors, mapping) => new PolicyReader(errors, text, fileName).Read(mapping));
        return new PolicyFileResult(policy, wrong);
    }
}
