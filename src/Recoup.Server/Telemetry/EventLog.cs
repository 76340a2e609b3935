using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Recoup.Server.Telemetry;

/// <summary>
/// What the server tells whoever watches it: named events with fields, as lines of JSON, or in words for the person at
/// the terminal. Fields are counts, names of routes, keys and codes; never a name, an address, a number, a payload, a
/// query or the message of an exception, which may quote one.
/// </summary>
public sealed class EventLog
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock gate = new();
    private readonly Action<string>? say;
    private readonly TextWriter? lines;
    private readonly TimeProvider? clock;

    private EventLog(Action<string>? say, TextWriter? lines, TimeProvider? clock) => (this.say, this.lines, this.clock) = (say, lines, clock);

    /// <summary>Says the events that have words, and nothing of the others.</summary>
    public static EventLog InWords(Action<string> say) => new(say, null, null);

    /// <summary>Every event is one line: at, level, event, and its fields.</summary>
    public static EventLog AsJson(TextWriter lines, TimeProvider clock) => new(null, lines, clock);

    /// <param name="words">What the person at the terminal reads; it never gets into the lines of JSON.</param>
    public void Write(LogLevel level, string name, string? words, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        if (say is not null && words is not null) Told(() => say(words));
        if (lines is null) return;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("at", clock!.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("level", level.ToString().ToLowerInvariant());
            json.WriteString("event", name);
            foreach (var (field, value) in fields)
                switch (value)
                {
                    case null: json.WriteNull(field); break;
                    case int number: json.WriteNumber(field, number); break;
                    case long number: json.WriteNumber(field, number); break;
                    case double number: json.WriteNumber(field, Math.Round(number, 6)); break;
                    case bool flag: json.WriteBoolean(field, flag); break;
                    default: json.WriteString(field, value.ToString()); break;
                }
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        var line = System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        lock (gate)
            Told(() =>
            {
                lines.Write(line);
                lines.Flush();
            });
    }

    /// <summary>On a full disk, or where the reader is gone, nothing is told: what it would have been told of goes on.</summary>
    private static void Told(Action tell)
    {
        try { tell(); }
        catch (IOException) { /* nobody is there to hear of it */ }
    }

    /// <summary>
    /// An exception by its type, the database's code where it has one, and the place in the code; its message stays out, since it may quote
    /// what was sent.
    /// </summary>
    public void Failure(string name, Exception exception, string? words, params ReadOnlySpan<(string Name, object? Value)> fields) =>
        Write(LogLevel.Error, name, words,
            [.. fields, ("exception", exception.GetType().FullName), ("database_code", DatabaseCode(exception)), ("stack", exception.StackTrace)]);

    /// <summary>PostgreSQL's SQLSTATE or SQLite's extended result code.</summary>
    private static string? DatabaseCode(Exception exception) => (exception as DbException ?? exception.InnerException as DbException) switch
    {
        Microsoft.Data.Sqlite.SqliteException e => e.SqliteExtendedErrorCode.ToString(System.Globalization.CultureInfo.InvariantCulture),
        { } e => e.SqlState,
        null => null,
    };
}
