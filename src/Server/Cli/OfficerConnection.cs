using System.CommandLine;
using Grpc.Core;
using Grpc.Net.Client;

namespace PingAnIoT.Server;

/// <summary>How a duty officer's verb reaches a server: the options they all have, and the connection made of them.</summary>
internal sealed class OfficerConnection
{
    private const string ServerOption = "--server";
    private const string DefaultServer = "http://127.0.0.1:5081";

    private readonly Option<string> server = new(ServerOption)
    {
        Description = "The server's gRPC address; or PINGAN_SERVER.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PINGAN_SERVER") ?? DefaultServer,
    };

    private readonly Option<string> token = new("--token")
    {
        Description = "Your token; better PINGAN_TOKEN, which other users of this machine cannot see.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PINGAN_TOKEN") ?? "",
    };

    private readonly Option<string> officer = new("--officer")
    {
        Description = "Your name, where the server is in open mode; or PINGAN_OFFICER.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PINGAN_OFFICER") ?? "",
    };

    /// <summary>A verb on alerts: has the options of a connection besides its own.</summary>
    /// <param name="terminal">Where it speaks.</param>
    /// <param name="command">With its own arguments and options.</param>
    /// <param name="ask">What it does, to its exit status.</param>
    public static Command Verb(
        Terminal terminal, Command command, Func<V1.AlertService.AlertServiceClient, Metadata, ParseResult, CancellationToken, Task<int>> ask) =>
        Verb(terminal, command, channel => new V1.AlertService.AlertServiceClient(channel), ask);

    /// <summary>The same for any of the server's services.</summary>
    public static Command Verb<TClient>(
        Terminal terminal, Command command, Func<GrpcChannel, TClient> clientOf, Func<TClient, Metadata, ParseResult, CancellationToken, Task<int>> ask)
    {
        var connection = new OfficerConnection();
        connection.AddTo(command);
        command.SetAction((parsed, ct) => connection.UseAsync(parsed, terminal, (channel, headers) => ask(clientOf(channel), headers, parsed, ct), ct));
        return command;
    }

    /// <summary>The address as it was asked for.</summary>
    public static string ServerOf(ParseResult parsed) => parsed.GetValue<string>(ServerOption)!;

    public void AddTo(Command command)
    {
        command.Add(server);
        command.Add(token);
        command.Add(officer);
    }

    /// <summary>Connects for what is done once, and turns what goes wrong into a sentence and an exit status.</summary>
    public async Task<int> UseAsync(
        ParseResult parsed, Terminal terminal, Func<GrpcChannel, Metadata, Task<int>> verb, CancellationToken cancellationToken)
    {
        var address = ServerOf(parsed);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            await terminal.Error.WriteLineAsync($"--server '{address}' is not an http or https address.");
            return ExitCode.Usage;
        }

        using var channel = GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                KeepAlivePingDelay = TimeSpan.FromSeconds(5),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
                ConnectTimeout = TimeSpan.FromSeconds(5),
            },
            DisposeHttpClient = true,
        });
        try
        {
            return await verb(channel, await HeadersAsync(parsed, channel, terminal, cancellationToken));
        }
        catch (RpcException e) when (cancellationToken.IsCancellationRequested && e.StatusCode == StatusCode.Cancelled)
        {
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
        {
            await terminal.Error.WriteLineAsync($"No server at {address}: {e.Status.Detail}");
            return ExitCode.Unreachable;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated && e.GetRpcStatus() is null)
        {
            await terminal.Error.WriteLineAsync($"You are not signed in to {address}, or no longer: sign-in NAME, or a token in PINGAN_TOKEN.");
            return ExitCode.No;
        }
        catch (RpcException e)
        {
            await terminal.Error.WriteLineAsync(Sentence(e));
            return e.StatusCode == StatusCode.InvalidArgument ? ExitCode.Usage : ExitCode.No;
        }
    }

    private static string Sentence(RpcException e)
    {
        var info = e.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>();
        var legal = info?.Metadata.GetValueOrDefault("legal_steps") is { Length: > 0 } steps ? $" Steps that may be taken now: {AlertText.Verbs(steps.Split(','))}." : "";
        return $"{e.Status.Detail}{legal} ({e.StatusCode}{(info is null ? "" : $", {info.Reason}")})";
    }

    /// <summary>The token that was given, or that of the session that <c>sign-in</c> left, made anew when it is nearly over.</summary>
    private async Task<Metadata> HeadersAsync(ParseResult parsed, GrpcChannel channel, Terminal terminal, CancellationToken cancellationToken)
    {
        var headers = new Metadata();
        if (parsed.GetValue(token) is { Length: > 0 } bearer)
        {
            headers.Add("authorization", "Bearer " + bearer);
        }
        else if (parsed.CommandResult.Command.Name != "sign-in" && OfficerTokenFile.Read(terminal.TokenFile, ServerOf(parsed)) is { } kept)
        {
            if (kept.AccessExpires < terminal.Time.GetUtcNow() + TimeSpan.FromMinutes(1))
            {
                var request = new V1.RefreshSessionRequest { RefreshToken = kept.RefreshToken };
                var session = (await new V1.DutyService.DutyServiceClient(channel).RefreshSessionAsync(request, cancellationToken: cancellationToken)).Session;
                OfficerTokenFile.Write(terminal.TokenFile, ServerOf(parsed), session);
                kept = kept with { AccessToken = session.AccessToken };
            }

            headers.Add("authorization", "Bearer " + kept.AccessToken);
        }

        if (parsed.GetValue(officer) is { Length: > 0 } name)
        {
            headers.Add("x-officer", name);
        }

        return headers;
    }
}
