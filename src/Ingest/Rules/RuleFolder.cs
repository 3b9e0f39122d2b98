using System.Security.Cryptography;
using System.Text;
using PingAnIoT.Rules;

namespace PingAnIoT.Ingest;

/// <summary>What stands at a rule path at one moment.</summary>
/// <param name="Files">Name and text of each file, in order; empty when <paramref name="Errors"/> is not.</param>
/// <param name="Errors">Why they could not be read.</param>
/// <param name="Fingerprint">The same as long as names, bytes and errors are the same.</param>
internal sealed record RuleFolderContent(
    IReadOnlyList<(string Name, string Text)> Files, IReadOnlyList<RuleFileError> Errors, string Fingerprint);

/// <summary>Reads rule files from a path: one file, or all *.yaml and *.yml of a folder in the order of their names. Never more than the limit of bytes.</summary>
public static class RuleFolder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The rules at a path as a server with one shard reads them.</summary>
    /// <param name="path">A rule file or a folder of them.</param>
    /// <param name="catalog">The kinds that rules may name.</param>
    /// <returns>The rules, or all that is wrong with what stands there; never both.</returns>
    public static RuleFileResult Parse(string path, Catalog catalog) => Parse(Read(path), catalog, shards: 1);

    /// <summary>Does a folder hold anything that is read as rules?</summary>
    public static bool HasRules(string folder) => Directory.EnumerateFiles(folder).Any(IsRules);

    internal static RuleFileResult Parse(RuleFolderContent content, Catalog catalog, int shards) =>
        content.Errors.Count > 0 ? new RuleFileResult(null, content.Errors) : RuleFile.ParseMany(content.Files, catalog, shards);

    internal static RuleFolderContent Read(string path)
    {
        var files = new List<(string Name, string Text)>();
        var errors = new List<RuleFileError>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Paths(path, errors))
        {
            try
            {
                var bytes = ReadBounded(file);
                hash.AppendData(Encoding.UTF8.GetBytes(file + "\0"));
                hash.AppendData(bytes);
                if (bytes.Length > RuleFile.SizeLimitBytes)
                {
                    errors.Add(new RuleFileError(file, 1, 1, $"more than {RuleFile.SizeLimitBytes} bytes; expected a smaller file"));
                    continue;
                }

                var text = Strict.GetString(bytes);
                files.Add((file, text is ['\uFEFF', ..] ? text[1..] : text));
            }
            catch (DecoderFallbackException)
            {
                errors.Add(new RuleFileError(file, 1, 1, "not UTF-8; expected a text file in UTF-8"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                errors.Add(new RuleFileError(file, 1, 1, $"cannot be read: {e.Message}"));
            }
        }

        foreach (var error in errors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(error + "\0"));
        }

        return new RuleFolderContent(errors.Count > 0 ? [] : files, errors, Convert.ToHexString(hash.GetCurrentHash()));
    }

    private static string[] Paths(string path, List<RuleFileError> errors)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                return [path];
            }

            var paths = Directory.EnumerateFiles(path).Where(IsRules).Order(StringComparer.Ordinal).ToArray();
            if (paths.Length == 0)
            {
                errors.Add(new RuleFileError(path, 1, 1, "no *.yaml and no *.yml in the folder; expected at least one rule file"));
            }

            return paths;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new RuleFileError(path, 1, 1, $"cannot be read: {e.Message}"));
            return [];
        }
    }

    private static bool IsRules(string file) => !Path.GetFileName(file).StartsWith('.') && Path.GetExtension(file) is ".yaml" or ".yml";

    /// <summary>At most one byte more than the limit, whatever the file claims or grows to.</summary>
    private static byte[] ReadBounded(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[Math.Min(stream.Length, RuleFile.SizeLimitBytes) + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }
}
