using System.Runtime.InteropServices;

namespace PingAnIoT.Rules.Tests;

/// <summary>Processor time of the thread that asks: what others do on the machine is not in it.</summary>
internal static partial class ThreadTime
{
    private const int OfThread = 3;

    /// <summary>On Linux; elsewhere none is known and it stays 0.</summary>
    public static TimeSpan Now => OperatingSystem.IsLinux() && ClockGetTime(OfThread, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanos / 1e3)
        : TimeSpan.Zero;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out UnixTime time);

    private struct UnixTime
    {
        public nint Seconds;
        public nint Nanos;
    }
}
