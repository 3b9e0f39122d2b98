using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;

namespace PingAnIoT.Server;

/// <summary><c>devices</c>: what the register knows of devices, or of one.</summary>
internal static class DevicesVerb
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("device") { Description = "One device: kind/device, e.g. gas-pipe/gp-1.", Arity = ArgumentArity.ZeroOrOne };
        name.Validators.Add(r =>
        {
            if (r.Tokens is [{ Value: var text }] && text.Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
            {
                r.AddError($"'{text}' is not kind/device, such as gas-pipe/gp-1; all of a kind: --kind {text.Trim('/')}.");
            }
        });
        var kind = new Option<string>("--kind") { Description = "Only those of this kind, e.g. gas-pipe.", DefaultValueFactory = _ => "" };
        var territory = new Option<string>("--territory") { Description = "Only those of that one and all below.", DefaultValueFactory = _ => "" };
        var unregistered = new Option<bool>("--unregistered") { Description = "Only those that publish and are not in the register." };
        var (limit, json) = (PagedList.Limit(), PagedList.Json());
        var command = new Command("devices", "List devices; or one, with its place and set-points.") { name, kind, territory, unregistered, limit, json };
        return OfficerConnection.Verb(terminal, command, channel => new V1.FleetService.FleetServiceClient(channel), async (client, headers, parsed, ct) =>
        {
            var isJson = parsed.GetValue(json);
            if (parsed.GetValue(name) is { Length: > 0 } one)
            {
                var request = new V1.GetDeviceRequest { Kind = one.Split('/')[0], Device = one.Split('/')[1] };
                var device = (await client.GetDeviceAsync(request, headers, cancellationToken: ct)).Device;
                await PagedList.WriteAsync(terminal, [device], isJson, d => string.Join(Environment.NewLine, Lines(d)));
                return ExitCode.Done;
            }

            var asked = new V1.ListDevicesRequest
            {
                Kind = parsed.GetValue(kind), Territory = RosterVerb.Path(parsed.GetValue(territory)), UnregisteredOnly = parsed.GetValue(unregistered),
            };
            var devices = await PagedList.ReadAsync<V1.Device>(terminal, parsed.GetValue(limit), async (size, token) =>
            {
                (asked.PageSize, asked.PageToken) = (size, token);
                var page = await client.ListDevicesAsync(asked, headers, cancellationToken: ct);
                return (page.Devices, page.NextPageToken);
            });
            return await PagedList.WriteAsync(terminal, devices, isJson, Line);
        });
    }

    private static string Line(V1.Device device)
    {
        string[] parts =
        [
            $"{device.Kind}/{device.Device_}", device.Territory.Length > 0 ? device.Territory : "no known place", device.Address, device.OwnerUnit,
            device.Gateways.Count > 0 ? "gateway " + string.Join(", ", device.Gateways) : "", device.Unregistered ? "NOT IN THE REGISTER" : "", device.Retired ? "retired" : "",
        ];
        return string.Join("  ", parts.Where(p => p.Length > 0));
    }

    private static IEnumerable<string> Lines(V1.Device device)
    {
        yield return Line(device);
        if (device.Latitude != 0 || device.Longitude != 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"position  {device.Latitude}, {device.Longitude}");
        }

        foreach (var (point, value) in device.SetPoints.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"set-point  {point}  {value}");
        }
    }
}
