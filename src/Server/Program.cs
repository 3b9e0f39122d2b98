using PingAnIoT.Server;

var sw = TimeProvider.System.GetTimestamp();
var r = ServerOptionsSource.Read(null, new Dictionary<string, string?> { ["Listen:Mqtt"] = "0", ["Listen:Grpc"] = "0", ["Listen:Http"] = "0" });
foreach (var e in r.Errors) Console.Error.WriteLine(e);
var host = await ServerHost.StartAsync(r.Options, TimeProvider.System, l => l.AddSimpleConsole(), CancellationToken.None);
foreach (var l in host.Addresses.Lines()) Console.WriteLine(l);
Console.WriteLine($"ready {TimeProvider.System.GetElapsedTime(sw).TotalMilliseconds}");
Console.ReadLine();
return 0;
