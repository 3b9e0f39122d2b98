namespace PingAnIoT.Rules;

/// <summary>A node of a YAML document that remembers where it stands.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>What it is, for "found ..." in an error.</summary>
    public abstract string Describe();
}

internal sealed record YamlScalar(int Line, int Column, string Text) : YamlNode(Line, Column)
{
    public override string Describe() => Text.Length == 0 ? "nothing" : ErrorText.Quote(Text);
}

internal sealed record YamlSequence(int Line, int Column, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column)
{
    public override string Describe() => "a list";
}

internal sealed record YamlMapping(int Line, int Column, IReadOnlyList<YamlEntry> Entries) : YamlNode(Line, Column)
{
    public override string Describe() => "a mapping";
}

internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);
