namespace PingAnIoT.EndToEnd;

/// <summary>The proto files by the rules of proto/buf.yaml, as buf sees them; without asking anything of the net.</summary>
public sealed class ProtoLintTests
{
    [Fact]
    public async Task The_proto_files_are_lint_clean()
    {
        var result = await LintAsync(static text => text);
        result.ExitCode.Should().Be(0, result.ToString());
    }

    /// <summary>A linter that finds nothing whatever it is given would be no linter.</summary>
    [Fact]
    public async Task A_bad_name_is_found_and_its_line_named()
    {
        var result = await LintAsync(static text => text.Replace("message WatchRequest {\n", "message WatchRequest {\n  bool badName = 9999;\n", StringComparison.Ordinal));
        result.ExitCode.Should().NotBe(0);
        result.Output.Should().MatchRegex(@"alert_service\.proto:\d+:\d+:Field name ""badName"" should be lower_snake_case");
    }

    /// <param name="change">What becomes of alert_service.proto.</param>
    private static async Task<ToolResult> LintAsync(Func<string, string> change)
    {
        var buf = Peers.RequireBuf();
        var folder = Directory.CreateTempSubdirectory("pingan-lint-").FullName;
        try
        {
            Copy(Repository.PathOf("proto"), Path.Combine(folder, "proto"));
            Copy(Path.Combine(AppContext.BaseDirectory, "googleapis"), Path.Combine(folder, "googleapis"));
            var service = Path.Combine(folder, "proto", "pingan", "alerts", "v1", "alert_service.proto");
            await File.WriteAllTextAsync(service, change(await File.ReadAllTextAsync(service, TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "buf.yaml"), await WorkspaceAsync(), TestContext.Current.CancellationToken);
            File.Delete(Path.Combine(folder, "proto", "buf.yaml"));
            return await Tool.RunAsync(buf, ["lint", "proto"], folder, environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["BUF_CACHE_DIR"] = folder });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Our rules as they are, with Google's files beside ours in place of the registry's.</summary>
    private static async Task<string> WorkspaceAsync()
    {
        var ours = await File.ReadAllTextAsync(Repository.PathOf("proto", "buf.yaml"), TestContext.Current.CancellationToken);
        var workspace = ours.Replace("  - path: .\n", "  - path: proto\n  - path: googleapis\n", StringComparison.Ordinal)
            .Replace("deps:\n  - buf.build/googleapis/googleapis\n", "", StringComparison.Ordinal);
        workspace.Should().Contain("googleapis\n").And.NotContain("deps:").And.Contain("lint:");
        return workspace;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
