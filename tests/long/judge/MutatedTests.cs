using System.Collections;
using System.Globalization;
using System.Reflection;

namespace PingAnIoT.Judge;

/// <summary>One test of the tests' assembly, a theory's case for each of its rows.</summary>
internal sealed record MutatedTest(string Name, Type Class, MethodInfo Method, object?[] Arguments)
{
    /// <summary>Mutants it has killed.</summary>
    public int Kills { get; set; }

    /// <summary>What it took when it was last run to its end.</summary>
    public TimeSpan Cost { get; set; }

    /// <summary>As the test framework would: a class of its own for each case, disposed of afterwards.</summary>
    public void Run()
    {
        var of = Activator.CreateInstance(Class);
        try
        {
            (Method.Invoke(of, Arguments) as Task)?.GetAwaiter().GetResult();
        }
        finally
        {
            (of as IDisposable)?.Dispose();
        }
    }
}

/// <summary>The tests of an assembly beside which a mutated one lies, and the switch that Stryker put into that.</summary>
internal sealed class MutatedTests
{
    private readonly FieldInfo switchedOn;

    /// <param name="folder">Of both assemblies.</param>
    /// <param name="classes">The tests' classes; one named after a ! is a test that is left out.</param>
    public MutatedTests(string folder, string[] classes)
    {
        AppDomain.CurrentDomain.AssemblyResolve += (_, e) =>
            Path.Combine(folder, new AssemblyName(e.Name).Name + ".dll") is var path && File.Exists(path) ? Assembly.LoadFrom(path) : null;
        var mutated = Assembly.LoadFrom(Path.Combine(folder, "PingAnIoT.Rules.dll"));
        switchedOn = mutated.GetTypes().Single(t => t.Name == "MutantControl").GetField("ActiveMutant", BindingFlags.Public | BindingFlags.Static)!;
        var tests = Assembly.LoadFrom(Path.Combine(folder, "PingAnIoT.Rules.Tests.dll"));
        All = [.. tests.GetTypes().Where(t => classes.Contains(t.Name)).SelectMany(t => t.GetMethods()).SelectMany(CasesOf).Where(t => !classes.Contains("!" + t.Name))];
    }

    public List<MutatedTest> All { get; }

    /// <summary>The number of a mutant; -1 for none.</summary>
    public int Active
    {
        set => switchedOn.SetValue(null, value);
    }

    /// <summary>What workers before this one have found out of the tests: what they cost and what they kill. False where there was none.</summary>
    public bool Recall(string file)
    {
        if (!File.Exists(file))
        {
            return false;
        }

        foreach (var (test, words) in All.Zip(File.ReadLines(file).Select(l => l.Split(' ', 3))))
        {
            (test.Cost, test.Kills) = (TimeSpan.FromTicks(long.Parse(words[0], CultureInfo.InvariantCulture)), int.Parse(words[1], CultureInfo.InvariantCulture));
        }

        return true;
    }

    public void Remember(string file) =>
        File.WriteAllLines(file, All.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Cost.Ticks} {t.Kills} {t.Name}")));

    private static IEnumerable<MutatedTest> CasesOf(MethodInfo method)
    {
        var attributes = method.GetCustomAttributesData();
        if (!attributes.Any(a => a.AttributeType.Name is "FactAttribute" or "TheoryAttribute"))
        {
            return [];
        }

        var rows = attributes.Where(a => a.AttributeType.Name == "InlineDataAttribute")
            .Select(a => ((IEnumerable)a.ConstructorArguments[0].Value!).Cast<CustomAttributeTypedArgument>().Select(ValueOf).ToArray()).ToList();
        rows = rows.Count == 0 ? [[]] : rows;
        var name = $"{method.DeclaringType!.Name}.{method.Name}";
        return rows.Select(row => new MutatedTest(row.Length == 0 ? name : $"{name}({string.Join(", ", row)})", method.DeclaringType, method, row));
    }

    private static object? ValueOf(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        ICollection<CustomAttributeTypedArgument> values => values.Select(ValueOf).ToArray(),
        { } value when argument.ArgumentType.IsEnum => Enum.ToObject(argument.ArgumentType, value),
        var value => value,
    };
}
