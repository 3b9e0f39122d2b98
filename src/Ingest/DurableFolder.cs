using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PingAnIoT.Ingest;

/// <summary>Makes new, renamed and deleted names in a folder survive a power cut, which syncing the files themselves does not.</summary>
internal static partial class DurableFolder
{
    public static void Sync(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var handle = new SafeFileHandle(Open(folder, 0), ownsHandle: true);
        if (handle.IsInvalid || FSync(handle) != 0)
        {
            throw new IOException($"fsync of folder {folder}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
