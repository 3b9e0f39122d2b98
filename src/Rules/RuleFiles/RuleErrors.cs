namespace PingAnIoT.Rules;

/// <summary>What is wrong with one file, gathered while it is read. Bounded: a hostile file does not get a report of its own size.</summary>
internal sealed class RuleErrors(string file)
{
    public const int Capacity = 100;

    private readonly List<RuleFileError> errors = [];
    private bool isClosed;

    public string File { get; } = file;

    public int Count => errors.Count;

    public bool IsFull => isClosed || errors.Count >= Capacity;

    /// <summary>An error after which nothing more is worth saying.</summary>
    public void AddLast(YamlNode at, string message)
    {
        Add(at, message);
        isClosed = true;
    }

    public void Add(YamlNode at, string message) => Add(at.Line, at.Column, message);

    public void Add(int line, int column, string message)
    {
        if (!IsFull)
        {
            errors.Add(new RuleFileError(File, Math.Max(line, 1), Math.Max(column, 1), message));
        }
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<RuleFileError> InOrder() => [.. errors.OrderBy(e => e.Line).ThenBy(e => e.Column)];
}
