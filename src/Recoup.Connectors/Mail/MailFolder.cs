using System.Runtime.InteropServices;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;

namespace Recoup.Connectors.Mail;

/// <summary>
/// The channel that writes each message as a file, <c>&lt;message id&gt;.eml</c>, into a folder from which a mail server or a
/// person takes it. Idempotent by message id: a file that is there was sent and is left alone. A file appears whole
/// or not at all, and is on the disk when the answer says sent. Safe to use from many threads and processes.
/// </summary>
public sealed class MailFolder
{
    // Waiting for the disk is most of the work, and file systems write what waits together at once.
    private const int FlushesAtOnce = 16;

    private readonly string folder;
    private readonly string workspace;

    /// <param name="folder">Made where it is missing.</param>
    /// <param name="workspace">The workspace's id, which makes message ids unique in the world.</param>
    public MailFolder(string folder, string workspace)
    {
        Invariant.Holds(IsToken(workspace), $"'{workspace}' is no id of a workspace");
        this.folder = folder;
        this.workspace = workspace;
        Directory.CreateDirectory(folder);
    }

    /// <summary>A message may be given again after a crash: it is not written twice.</summary>
    public bool IsIdempotent => true;

    public string PathOf(string messageId)
    {
        Invariant.Holds(IsToken(messageId), $"'{messageId}' is no id of a message");
        return Path.Combine(folder, messageId + ".eml");
    }

    /// <param name="message">Cleared by the gate.</param>
    /// <param name="now">Dates the message.</param>
    public ChannelAnswer Send(Outgoing message, DateTimeOffset now) => Send([message], now)[0];

    /// <summary>Answers in the order of the messages. The folder is flushed once, each file before it gets its name.</summary>
    public IReadOnlyList<ChannelAnswer> Send(IReadOnlyList<Outgoing> messages, DateTimeOffset now)
    {
        var paths = messages.Select(m => PathOf(m.Message)).ToList();
        var answers = new ChannelAnswer[messages.Count];
        Parallel.For(0, messages.Count, new ParallelOptions { MaxDegreeOfParallelism = FlushesAtOnce }, i => answers[i] = Put(messages[i], paths[i], now));
        if (!answers.Contains(ChannelAnswer.Sent)) return answers;
        try { FlushFolder(); }
        catch (IOException e)
        {
            for (var i = 0; i < answers.Length; i++)
                if (answers[i] == ChannelAnswer.Sent) answers[i] = ChannelAnswer.Unknown($"written, but the folder could not be flushed: {e.Message}");
        }
        return answers;
    }

    /// <summary>For erasure: overwrites the bytes of these messages and deletes their files. Message ids without a file are passed over.</summary>
    public void Remove(IEnumerable<string> messageIds)
    {
        var ids = messageIds.ToHashSet(StringComparer.Ordinal);
        foreach (var id in ids)
            if (File.Exists(PathOf(id))) Wipe(PathOf(id));
        // What a crash left half written holds the same data.
        foreach (var path in Directory.EnumerateFiles(folder, ".*.tmp"))
            if (Path.GetFileName(path)[1..].Split('~')[0] is var id && ids.Contains(id)) Wipe(path);
        FlushFolder();
    }

    private ChannelAnswer Put(Outgoing message, string path, DateTimeOffset now)
    {
        if (File.Exists(path)) return ChannelAnswer.Sent;
        if (!MailText.TryWrite(message.Text, $"<{message.Message}.{workspace}@recoup.invalid>", now,
            new Unsubscribe($"unsubscribe {message.Message}.{workspace}"), utf8: false, out var bytes, out var problem))
            return problem;
        // Another process may be at the same message: each writes a file of its own, and whoever names it last names the same bytes.
        var temporary = Path.Combine(folder, $".{message.Message}~{Guid.NewGuid():N}.tmp");
        try
        {
            using var file = new FileStream(temporary, Options(bytes.Length));
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Drop(temporary);
            return ChannelAnswer.Failed(e.Message);
        }
        try { File.Move(temporary, path, overwrite: true); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // On a network's file system a rename can be done and yet not be answered.
            Drop(temporary);
            return ChannelAnswer.Unknown(e.Message);
        }
        return ChannelAnswer.Sent;
    }

    private static FileStreamOptions Options(long size)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, PreallocationSize = size,
        };
        // Letters about debts are nobody else's business; a mail server reads them through the folder's group.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        return options;
    }

    private static void Drop(string path)
    {
        try { File.Delete(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Left behind for Remove; it is no message, since it never got a name.
        }
    }

    /// <summary>On file systems that never overwrite in place the old bytes may outlive this; an encrypted disk is the answer there.</summary>
    private static void Wipe(string path)
    {
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read))
        {
            file.Write(new byte[file.Length]);
            file.Flush(flushToDisk: true);
        }
        File.Delete(path);
    }

    /// <summary>A file's new name is on the disk only once its folder is.</summary>
    private void FlushFolder()
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = Libc.Open(folder, 0);
        if (handle < 0) throw new IOException($"{folder} can't be opened (error {Marshal.GetLastPInvokeError()})");
        try
        {
            if (Libc.Sync(handle) != 0) throw new IOException($"{folder} can't be flushed (error {Marshal.GetLastPInvokeError()})");
        }
        finally { _ = Libc.Close(handle); }
    }

    private static bool IsToken(string text) => text.Length is > 0 and <= 100 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static class Libc
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static extern int Sync(int handle);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        public static extern int Close(int handle);
    }
}
