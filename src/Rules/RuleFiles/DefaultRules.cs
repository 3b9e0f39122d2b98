namespace PingAnIoT.Rules;

/// <summary>The rule pack that is in force when none is given: <c>rules/default.yaml</c>, carried inside the assembly.</summary>
public static class DefaultRules
{
    /// <summary>For error messages and for the journal.</summary>
    public const string FileName = "default.yaml";

    /// <summary>As <see cref="RuleFile.Parse"/> reads it.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(DefaultRules).Assembly.GetManifestResourceStream(FileName)
            ?? throw new InvalidOperationException($"{FileName} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
