using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace PingAnIoT.Alerts;

/// <summary>Errors as officers' clients get them: a status code, a sentence, and google.rpc details a program can act on.</summary>
public static class GrpcErrors
{
    /// <summary>The domain of every ErrorInfo.</summary>
    public const string Domain = "pingan";

    /// <summary>The trailer that carries where to resume a stream.</summary>
    public const string CursorTrailer = "pingan-cursor";

    /// <param name="code">The gRPC status code.</param>
    /// <param name="reason">UPPER_SNAKE_CASE, stable: what a program switches on.</param>
    /// <param name="message">A sentence for people.</param>
    public static RpcException Of(StatusCode code, string reason, string message) => Exception(code, reason, message, []);

    public static RpcException Invalid(string field, string description) => Exception(
        StatusCode.InvalidArgument, "INVALID_ARGUMENT", $"{field}: {description}", [],
        new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = field, Description = description } } });

    /// <param name="type">What it would be.</param>
    /// <param name="name">What was asked for.</param>
    /// <param name="nearest">One that there is and that was most likely meant; null for none.</param>
    public static RpcException NotFound(string type, string name, string? nearest = null) => Exception(
        StatusCode.NotFound, "NOT_FOUND", $"There is no {type} '{name}'{(nearest is null ? "." : $"; did you mean '{nearest}'?")}",
        nearest is null ? [] : [("nearest", nearest)],
        new ResourceInfo { ResourceType = type, ResourceName = name });

    /// <summary>The step is not one that may be taken now; says which may.</summary>
    public static RpcException NotLegal(string alert, string reason, string message, IReadOnlyList<string> legalSteps)
    {
        var failure = new PreconditionFailure();
        failure.Violations.AddRange(legalSteps.Select(s => new PreconditionFailure.Types.Violation
        {
            Type = "LEGAL_STEP", Subject = alert, Description = s,
        }));
        return Exception(
            StatusCode.FailedPrecondition, reason, message, [("legal_steps", string.Join(',', legalSteps))], failure);
    }

    /// <summary>The end of a stream that may be resumed.</summary>
    public static RpcException Ended(StatusCode code, string reason, string message, long cursor, Metadata trailers)
    {
        var text = cursor.ToString(System.Globalization.CultureInfo.InvariantCulture);
        trailers.Add(CursorTrailer, text);
        return Exception(code, reason, message, [("cursor", text)]);
    }

    private static RpcException Exception(
        StatusCode code, string reason, string message, (string Key, string Value)[] metadata, params Google.Protobuf.IMessage[] details)
    {
        var info = new ErrorInfo { Domain = Domain, Reason = reason };
        foreach (var (key, value) in metadata)
        {
            info.Metadata[key] = value;
        }

        var status = new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(info) } };
        status.Details.AddRange(details.Select(Any.Pack));
        return status.ToRpcException();
    }
}
