namespace PingAnIoT.Simulators;

/// <summary>One report of a device: which samples are in it. Its bytes follow from it and are made when it is sent.</summary>
/// <param name="Device">Number.</param>
/// <param name="Samples">How many, at steps of the device's sampling interval; 1 for one by exception.</param>
/// <param name="Millis">Unix milliseconds of the last sample, by a right clock.</param>
internal readonly record struct Report(int Device, int Samples, long Millis);
