using System.Globalization;
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
        var errors = new RuleErrors(fileName);
        DeadlinePolicy? policy = null;
        if (text.Length > SizeLimitCharacters)
        {
            errors.Add(1, 1, $"the file has {text.Length} characters; expected at most {SizeLimitCharacters}");
        }
        else
        {
            policy = YamlTreeReader.Read(text, errors, static _ => { }) switch
            {
                null => null,
                [YamlMapping mapping] => new PolicyReader(errors, text, fileName).Read(mapping),
                _ => Fail(errors),
            };
        }

        return errors.Count > 0 ? new PolicyFileResult(null, errors.InOrder()) : new PolicyFileResult(policy, []);
    }

    private static DeadlinePolicy? Fail(RuleErrors errors)
    {
        errors.Add(1, 1, "found something else; expected one mapping with deadlines");
        return null;
    }
}
