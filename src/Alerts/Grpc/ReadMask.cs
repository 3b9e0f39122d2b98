using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace PingAnIoT.Alerts;

/// <summary>
/// Which fields of an answer are wanted (AIP-157), for every call that reads: paths of the answer such as <c>alerts.id</c>, through lists too; "*" or
/// none for all. The token of the next page is always there.
/// </summary>
public sealed class ReadMask
{
    private const int MostPaths = 200;
    private const string Field = "read_mask";
    private const string Always = "next_page_token";
    private readonly Dictionary<string, ReadMask?> fields = new(StringComparer.Ordinal);

    private ReadMask()
    {
    }

    /// <param name="request">Any.</param>
    /// <param name="answer">What it will be answered by.</param>
    /// <returns>Null where all is wanted.</returns>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: the answer has no such field.</exception>
    public static ReadMask? Of(IMessage request, MessageDescriptor answer)
    {
        if (request.Descriptor.FindFieldByName(Field)?.Accessor.GetValue(request) is not FieldMask { Paths: { Count: > 0 } paths } || paths.Contains("*"))
        {
            return null;
        }

        if (paths.Count > MostPaths)
        {
            throw GrpcErrors.Invalid(Field, "has more than 200 paths");
        }

        var mask = new ReadMask();
        foreach (var path in paths)
        {
            mask.Add(path, answer);
        }

        return mask;
    }

    /// <summary>Clears what is not wanted.</summary>
    public void Apply(IMessage message) => Apply(message, isAnswer: true);

    private void Apply(IMessage message, bool isAnswer)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (!fields.TryGetValue(field.Name, out var within))
            {
                if (!isAnswer || field.Name != Always)
                {
                    field.Accessor.Clear(message);
                }
            }
            else if (within is not null && field.Accessor.GetValue(message) is { } value)
            {
                foreach (var part in (value as IList)?.OfType<IMessage>() ?? [(IMessage)value])
                {
                    within.Apply(part, isAnswer: false);
                }
            }
        }
    }

    private void Add(string path, MessageDescriptor? of)
    {
        var mask = this;
        var names = path.Split('.');
        for (var i = 0; i < names.Length; i++)
        {
            // In a query of JSON over HTTP the names are those of JSON.
            var field = of?.FindFieldByName(names[i]) ?? of?.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == names[i]) ?? throw GrpcErrors.Invalid(Field, $"the answer has no field '{path}'");
            if (i == names.Length - 1)
            {
                // All of it, whatever was said of parts.
                mask.fields[field.Name] = null;
                return;
            }

            if (field.IsMap || field.FieldType != FieldType.Message)
            {
                throw GrpcErrors.Invalid(Field, $"'{field.Name}' of '{path}' has no fields");
            }

            if (!mask.fields.TryGetValue(field.Name, out var within))
            {
                mask.fields[field.Name] = within = new ReadMask();
            }

            if (within is null)
            {
                // All of it is wanted; the rest of the path is only looked at.
                within = new ReadMask();
            }

            (mask, of) = (within, field.MessageType);
        }
    }
}
