using Microsoft.Data.Sqlite;

namespace Recoup.Storage;

/// <summary>What is wrong with a file of a data folder or its disk, in words: which file, what was kept, what to do.</summary>
public static class FileTrouble
{
    private const string File = "recoup-file";

    /// <summary>Tells an exception which file it is about.</summary>
    internal static SqliteException Of(SqliteException e, string? file)
    {
        if (file is not null) e.Data[File] = file;
        return e;
    }

    /// <summary>Null: it is no trouble with a file or its disk.</summary>
    /// <param name="folder">To be named where it is not known which file it is.</param>
    public static string? Words(Exception e, string folder)
    {
        if (e is IOException { HResult: NoSpace or NoSpaceOnWindows or QuotaMet }) return $"{e.Message.TrimEnd('.')}. Make room and run the same command "
            + "again: what was done before is kept.";
        if (e is not SqliteException s) return null;
        var file = e.Data[File] as string ?? folder;
        return s.SqliteErrorCode switch
        {
            13 => $"the disk of '{file}' is full: nothing of the last step was kept, and nothing before it is lost. Make room and run the same command again.",
            11 or 26 => $"'{file}' is damaged ({e.Message.TrimEnd('.')}). Nothing of the last step was kept. Keep a copy of the file as it is; `recoup "
                + "audit verify` tells how far it can be read; then restore a backup.",
            8 => $"'{file}' can't be written: it, its folder or its file system is for reading only. Nothing was changed.",
            10 => $"the disk of '{file}' can't be read or written ({e.Message.TrimEnd('.')}). Nothing of the last step was kept. Look at the disk and "
                + "its room, and run the same command again.",
            14 => $"'{file}' can't be opened ({e.Message.TrimEnd('.')}): look at the owner and the mode of its folder.",
            _ => null,
        };
    }

    /// <summary>ENOSPC and EDQUOT of Linux, ERROR_DISK_FULL of Windows.</summary>
    private const int NoSpace = 28, QuotaMet = 122, NoSpaceOnWindows = unchecked((int)0x80070070);
}
