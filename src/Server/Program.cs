using System.Runtime.InteropServices;
using PingAnIoT.Server;

using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
Console.OutputEncoding = System.Text.Encoding.UTF8;
return await CommandLine.RunAsync(args, Terminal.OfProcess(), stopping.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
