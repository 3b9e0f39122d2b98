using Microsoft.Extensions.Logging;
using PingAnIoT.Rules;

namespace PingAnIoT.Server.Tests;

/// <summary>The register's image in the data folder is taken only while it is what the files say.</summary>
public sealed class RegisterFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pingan-register-").FullName;
    private readonly List<string> told = [];
    private readonly ServerOptions options;
    private readonly string image;

    public RegisterFileTests()
    {
        options = new ServerOptions { Data = folder, Register = Path.Combine(folder, "register.csv"), SetPoints = Path.Combine(folder, "set-points.csv") };
        image = Path.Combine(folder, RegisterFile.ImageName);
        Devices("p1", "p2");
        File.WriteAllText(options.SetPoints, "name,scope,code,value\nlimit,owner,gas,5\nlimit,owner,nobody,6\n");
    }

    [Fact]
    public void The_second_start_takes_the_image_and_says_the_same()
    {
        var first = Load(fromImage: false);
        var second = Load(fromImage: true);
        second.UnusedSetPoints.Should().Be("nobody").And.Be(first.UnusedSetPoints);
        second.Register[1].Should().BeEquivalentTo(first.Register[1]);
        second.Register[1].SetPoints.Should().Contain("limit", 5);
        told.Count(t => t.Contains("nobody", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact]
    public void Other_devices_are_read_from_the_file_even_when_its_length_and_time_are_the_same()
    {
        Load(fromImage: false);
        var time = File.GetLastWriteTimeUtc(options.Register);
        Devices("p1", "p3");
        File.SetLastWriteTimeUtc(options.Register, time);
        Load(fromImage: false).Register.Find(0, "p3"u8).Should().Be(1);
        told.Should().Contain(t => t.Contains("another register", StringComparison.Ordinal));
        Load(fromImage: true).Register.Find(0, "p3"u8).Should().Be(1);
    }

    [Fact]
    public void Other_set_points_are_read_from_the_file()
    {
        Load(fromImage: false);
        File.WriteAllText(options.SetPoints, "name,scope,code,value\nlimit,owner,gas,7\n");
        Load(fromImage: false).Register[0].SetPoints.Should().Contain("limit", 7);
        Load(fromImage: true).Register[0].SetPoints.Should().Contain("limit", 7);
    }

    [Fact]
    public void A_damaged_image_is_noticed_wherever_it_is_damaged_and_mended()
    {
        Load(fromImage: false);
        var whole = File.ReadAllBytes(image);
        for (var at = 0; at < whole.Length; at += 37)
        {
            File.WriteAllBytes(image, [.. whole.Select((b, i) => i == at ? (byte)~b : b)]);
            Load(fromImage: false).Register.Count.Should().Be(2);
        }

        foreach (var length in (int[])[0, 1, 40, 44, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(image, whole[..length]);
            Load(fromImage: false).Register.Count.Should().Be(2);
        }

        told.Should().Contain(t => t.Contains("damaged", StringComparison.Ordinal));
        Load(fromImage: true);
    }

    [Fact]
    public void A_register_with_errors_or_gone_stops_the_start_whatever_the_image_says()
    {
        Load(fromImage: false);
        Devices("p 1");
        FluentActions.Invoking(() => Load(fromImage: false)).Should().Throw<ServerStartException>().WithMessage("*has errors*");
        File.Delete(options.Register);
        FluentActions.Invoking(() => Load(fromImage: false)).Should().Throw<ServerStartException>().WithMessage("*cannot be read*");
    }

    [Fact]
    public void An_image_that_cannot_be_written_costs_nothing_but_time()
    {
        Directory.CreateDirectory(image + ".new");
        Load(fromImage: false).Register.Count.Should().Be(2);
        told.Should().Contain(t => t.Contains("cannot be written", StringComparison.Ordinal));
        Load(fromImage: false).Register.Count.Should().Be(2);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Devices(params string[] names) =>
        File.WriteAllText(options.Register, "device,kind,gateway,owner_unit\n" + string.Concat(names.Select(n => n + ",gas-pipe,g1,gas\n")));

    private LoadedRegister Load(bool fromImage)
    {
        using var loggers = LoggerFactory.Create(b => b.AddProvider(new Listening(told)));
        var loaded = RegisterFile.Load(options, Catalog.Default, folder, TimeProvider.System, loggers.CreateLogger("test"));
        (loaded.Image is null).Should().Be(fromImage);
        loaded.Image?.Save(loggers.CreateLogger("test"));
        return loaded;
    }

    private sealed class Listening(List<string> told) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => told.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
