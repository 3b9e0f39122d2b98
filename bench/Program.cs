using PingAnIoT.Bench;

return await BenchMenu.RunAsync(args);
