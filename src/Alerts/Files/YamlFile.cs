using PingAnIoT.Rules;

namespace PingAnIoT.Alerts;

/// <summary>A file of one YAML mapping: what it says, or all that is wrong with it.</summary>
internal static class YamlFile
{
    /// <param name="text">Of the file.</param>
    /// <param name="fileName">For error messages.</param>
    /// <param name="expected">What the mapping holds, for who wrote something else.</param>
    /// <param name="read">From the mapping; what is wrong goes to the errors, and reading goes on.</param>
    public static (T? Value, IReadOnlyList<RuleFileError> Errors) Read<T>(string text, string fileName, string expected, Func<RuleErrors, YamlMapping, T?> read)
        where T : class
    {
        var errors = new RuleErrors(fileName);
        T? value = null;
        switch (YamlTreeReader.Read(text, errors, static _ => { }))
        {
            case null:
                break;
            case [YamlMapping mapping]:
                value = read(errors, mapping);
                break;
            default:
                errors.Add(1, 1, "found something else; expected one mapping with " + expected);
                break;
        }

        return errors.Count > 0 ? (null, errors.InOrder()) : (value, []);
    }
}
