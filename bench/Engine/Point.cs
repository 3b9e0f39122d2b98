namespace PingAnIoT.Bench;

/// <summary>One series that reports: whose it is and which of the workload's value profiles it follows.</summary>
internal readonly record struct Point(int Device, ushort Quantity, ushort Profile);

/// <summary>What a series says: evenly spread about a base, and now and then the value that crosses a band.</summary>
internal readonly record struct Profile(double Base, double Spread, double Alarm);
