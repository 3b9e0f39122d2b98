using System.Diagnostics;
using System.Globalization;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Bench;

/// <summary>What it takes to read a register file and to hold a city's devices.</summary>
internal static class RegisterBenchmark
{
    public static int Run(TextWriter output)
    {
        Measure(output, 100_000);
        Measure(output, 100_000);
        Measure(output, 1_419_000);
        return 0;
    }

    private static void Measure(TextWriter output, int devices)
    {
        var file = Encoding.UTF8.GetBytes(File(devices));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var start = Stopwatch.GetTimestamp();
        var result = new RegisterCsv(Catalog.Default).Read(new StreamReader(new MemoryStream(file)), "bench");
        var read = Stopwatch.GetElapsedTime(start);
        var register = new DeviceRegister(Catalog.Default);
        result.AddTo(register);
        var added = Stopwatch.GetElapsedTime(start) - read;
        result = null;
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        var found = 0;
        start = Stopwatch.GetTimestamp();
        Span<byte> name = stackalloc byte[16];
        for (var i = 0; i < devices; i++)
        {
            Encoding.UTF8.TryGetBytes(register[(int)(i * 7919L % devices)].Device, name, out var length);
            found += register.Find(0, name[..length]) >= 0 ? 1 : 0;
        }

        var look = Stopwatch.GetElapsedTime(start);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"register: {devices:N0} devices: file read in {read.TotalSeconds:F2} s, registered in {added.TotalSeconds:F2} s, "
            + $"{(double)held / devices:F0} B held per device, strings included; {look.TotalNanoseconds / devices:F0} ns per look-up with its name's encoding; {found:N0} found"));
    }

    private static string File(int devices)
    {
        var text = new StringBuilder("device,kind,gateway,territory,latitude,longitude,address,owner_unit,set:red\n");
        for (var i = 0; i < devices; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"gp-{i:D7},gas-pipe,gw-{i % 123:D3},d{i % 9}/s{i % 40:D2}/g{i % 10_900:D5},31.{i:D7},121.{i:D7},No {i % 900} Long Street,owner-{i % 419_000},\n");
        }

        return text.ToString();
    }
}
