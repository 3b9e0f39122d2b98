using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using PingAnIoT.Alerts;
using PingAnIoT.Ingest;
using PingAnIoT.Rules;

namespace PingAnIoT.Server;

/// <summary>Devices, gateways and what was refused.</summary>
internal sealed class FleetService(
    DeviceRegister register, GatewayPlaces served, GatewayBoard gateways, IngestPipeline pipeline, Ledger ledger, AlertStreams streams,
    Func<TerritoryTree> territories, DateTimeOffset startTime)
    : V1.FleetService.FleetServiceBase
{
    /// <summary>Most devices looked at for one page.</summary>
    private const int ScanDevices = 100_000;

    public override Task<V1.ListDevicesResponse> ListDevices(V1.ListDevicesRequest request, ServerCallContext context)
    {
        var view = new OfficerView(register, served, OfficerName.Of(context));
        var size = Paging.Size(request.PageSize);
        var kind = request.Kind.Length == 0 ? -1 : FindKind(request.Kind);
        var territory = new Officer("", request.Territory.Trim('/'));
        var response = new V1.ListDevicesResponse();
        var index = Paging.Start(request, request.PageToken, 0);
        var end = Math.Min(register.Count, index + ScanDevices);
        for (; index < end && response.Devices.Count < size; index++)
        {
            var device = register[(int)index];
            if ((kind < 0 || device.Kind == kind) && (!request.UnregisteredOnly || device.IsUnregistered)
                && (request.Territory.Length == 0 || (device.Territory.Length > 0 && territory.Covers(device.Territory))) && view.Sees(device))
            {
                response.Devices.Add(Wire(device));
            }
        }

        response.NextPageToken = Paging.Next(request, index < register.Count ? index : null);
        return Task.FromResult(response);
    }

    public override Task<V1.GetDeviceResponse> GetDevice(V1.GetDeviceRequest request, ServerCallContext context)
    {
        var index = register.Find(FindKind(request.Kind), System.Text.Encoding.UTF8.GetBytes(request.Device));
        return index >= 0 && new OfficerView(register, served, OfficerName.Of(context)).Sees(register[index])
            ? Task.FromResult(new V1.GetDeviceResponse { Device = Wire(register[index]) })
            : throw GrpcErrors.NotFound("device", $"{request.Kind}/{request.Device}");
    }

    public override Task<V1.ListGatewaysResponse> ListGateways(V1.ListGatewaysRequest request, ServerCallContext context)
    {
        var size = Paging.Size(request.PageSize, 1_000);
        var known = gateways.Read();
        var kind = register.Catalog.FindKind(Catalog.GatewayKind);
        var view = new OfficerView(register, served, OfficerName.Of(context));
        var after = Paging.Start(request, request.PageToken);
        var names = Enumerable.Range(0, register.Count).Select(i => register[i]).Where(d => d.Kind == kind).Select(d => d.Device)
            .Union(known.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Where(n => string.CompareOrdinal(n, after) > 0 && view.SeesGateway(n));
        var page = names.Take(size + 1).ToList();
        var response = new V1.ListGatewaysResponse { NextPageToken = Paging.Next(request, page.Count > size ? page[size - 1] : null) };
        response.Gateways.AddRange(page.Take(size).Select(n => Wire(n, known.GetValueOrDefault(n))));
        return Task.FromResult(response);
    }

    public override Task<V1.ListTerritoriesResponse> ListTerritories(V1.ListTerritoriesRequest request, ServerCallContext context)
    {
        var (officer, size) = (OfficerName.Of(context), Paging.Size(request.PageSize));
        var parent = new Officer("", request.Parent.Trim('/'));
        var after = Paging.Start(request, request.PageToken);
        var page = territories().All
            .Where(t => (DutyRequest.Has(officer, t.Path) || IsAbove(t.Path, officer)) && (parent.Territory.Length == 0 || (t.Path != parent.Territory && parent.Covers(t.Path)))
                && string.CompareOrdinal(t.Path, after) > 0)
            .Take(size + 1).ToList();
        var response = new V1.ListTerritoriesResponse { NextPageToken = Paging.Next(request, page.Count > size ? page[size - 1].Path : null) };
        response.Territories.AddRange(page.Take(size).Select(t => Wire(t, officer)));
        return Task.FromResult(response);
    }

    public override Task<V1.GetTerritoryResponse> GetTerritory(V1.GetTerritoryRequest request, ServerCallContext context)
    {
        var officer = OfficerName.Of(context);
        var (tree, path) = (territories(), request.Path.Trim('/'));
        if (tree.Find(path) is not { } found || !(DutyRequest.Has(officer, path) || IsAbove(path, officer)))
        {
            var near = NearestName.Find(path, tree.All.Select(t => t.Path).Where(p => DutyRequest.Has(officer, p)));
            throw GrpcErrors.NotFound("territory", path, near);
        }

        var response = new V1.GetTerritoryResponse { Territory = Wire(found, officer) };
        for (var above = TerritoryPath.Parent(path); above is { Length: > 0 }; above = TerritoryPath.Parent(above))
        {
            response.Above.Insert(0, Wire(tree.Find(above)!, new Officer("", path)));
        }

        return Task.FromResult(response);
    }

    public override Task<V1.ListDeadLettersResponse> ListDeadLetters(V1.ListDeadLettersRequest request, ServerCallContext context)
    {
        var size = Paging.Size(request.PageSize);
        var before = Paging.Start(request, request.PageToken, long.MaxValue);
        var gateway = request.Gateway.Length == 0 ? null : request.Gateway;
        var letters = pipeline.DeadLetters.List(gateway, beforeId: before, limit: size);
        var response = new V1.ListDeadLettersResponse
        {
            NextPageToken = Paging.Next(request, letters.Count == size ? letters[^1].Id : null),
            TotalCount = pipeline.DeadLetters.Counts().Values.Sum(),
        };
        response.DeadLetters.AddRange(letters.Select(Wire));
        return Task.FromResult(response);
    }

    public override async Task<V1.GetCountersResponse> GetCounters(V1.GetCountersRequest request, ServerCallContext context)
    {
        var counters = pipeline.Intake.Counters;
        var book = ledger.Book;
        return new V1.GetCountersResponse
        {
            ReceivedMessages = counters.Received,
            AcceptedMessages = counters.Accepted,
            DeadLetteredMessages = counters.DeadLettered,
            AcceptedReadings = counters.ReadingsAccepted,
            RefusedReadings = counters.ReadingsRefused,
            LedgerSequence = book.Sequence,
            OpenAlerts = await ledger.CountOpenAsync(context.CancellationToken),
            Watchers = streams.Count,
            StartTime = Timestamp.FromDateTimeOffset(startTime),
        };
    }

    private static bool IsAbove(string path, Officer officer) => new Officer("", path).Covers(officer.Territory) && officer.Territory.Length > 0;

    private V1.Territory Wire(Territory territory, Officer officer)
    {
        var wire = new V1.Territory { Path = territory.Path, NameZh = territory.NameZh, NameEn = territory.NameEn };
        if (DutyRequest.Has(officer, territory.Path))
        {
            var tree = territories();
            wire.Neighbours.AddRange(tree.NeighboursOf(territory.Path).Where(n => DutyRequest.Has(officer, n)));
            wire.Children.AddRange(tree.ChildrenOf(territory.Path));
        }

        return wire;
    }

    private V1.Gateway Wire(string name, GatewayPresence? presence)
    {
        var wire = new V1.Gateway
        {
            Name = name, Online = presence?.Online ?? false, ChangeTime = presence is null ? null : Timestamp.FromDateTimeOffset(presence.Time),
        };
        if (pipeline.Intake.WatermarkOf(name) is { } mark)
        {
            wire.Watermark = WireTime.Of(mark.EventTimeMicros);
            wire.ReceiveTime = WireTime.Of(mark.ReceiveTimeMicros);
            wire.LagSeconds = mark.LagMicros / 1e6;
        }

        return wire;
    }

    private static V1.DeadLetter Wire(DeadLetter letter) => new()
    {
        Id = letter.Id,
        ReceiveTime = WireTime.Of(letter.ReceiveTimeMicros),
        Gateway = letter.Gateway,
        Topic = letter.Topic,
        Reason = letter.Reason.ToString(),
        Whole = letter.IsWhole,
        RefusedReadings = letter.RefusedReadings,
        PayloadOffset = letter.PayloadOffset,
        PayloadBytes = letter.PayloadBytes,
        Payload = ByteString.CopyFrom(letter.Payload),
    };

    private int FindKind(string name) =>
        register.Catalog.FindKind(name) is >= 0 and var kind ? kind : throw GrpcErrors.Invalid("kind", $"there is no kind '{name}'");

    private V1.Device Wire(DeviceRecord device)
    {
        var wire = new V1.Device
        {
            Kind = register.Catalog.Kinds[device.Kind].Name,
            Device_ = device.Device,
            Territory = device.Territory,
            Latitude = device.Latitude,
            Longitude = device.Longitude,
            Address = device.Address,
            OwnerUnit = device.OwnerUnit,
            Unregistered = device.IsUnregistered,
            Retired = device.IsRetired,
        };
        wire.Gateways.AddRange(device.Gateways);
        foreach (var (name, value) in device.SetPoints)
        {
            wire.SetPoints[name] = value;
        }

        return wire;
    }
}
