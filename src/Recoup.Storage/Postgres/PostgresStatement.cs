using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Recoup.Storage.Postgres;

/// <summary>
/// A statement on a PostgreSQL connection, prepared at its first use. A connection has one result under way at a time: where
/// another statement is run while this one is being read, the rest of this one's rows are fetched into memory first.
/// </summary>
internal sealed class PostgresStatement : Statement
{
    private readonly PostgresDatabase database;
    private NpgsqlCommand command;
    private readonly NpgsqlParameter[] parameters;
    private NpgsqlDataReader? reader;
    private ValueClass[] classes = [];
    private List<object[]>? kept;
    private int at = -1;
    private int bound;
    private byte[]? blob;

    public PostgresStatement(PostgresDatabase database, string sql)
    {
        this.database = database;
        var (text, count) = Numbered(sql);
        command = new NpgsqlCommand(text, database.Connection);
        parameters = new NpgsqlParameter[count];
        for (var i = 0; i < count; i++) command.Parameters.Add(parameters[i] = new NpgsqlParameter());
    }

    /// <summary>The `?` of the shared SQL as PostgreSQL's $1, $2 …; none of it stands in a text.</summary>
    private static (string Text, int Count) Numbered(string sql)
    {
        var text = new StringBuilder(sql.Length + 16);
        var count = 0;
        foreach (var c in sql)
            if (c == '?') text.Append('$').Append((++count).ToString(CultureInfo.InvariantCulture));
            else text.Append(c);
        return (text.ToString(), count);
    }

    private Statement Bind(NpgsqlDbType type, object? value)
    {
        var parameter = parameters[bound++];
        parameter.NpgsqlDbType = type;
        parameter.Value = value ?? DBNull.Value;
        return this;
    }

    public override Statement Bind(long value) => Bind(NpgsqlDbType.Bigint, value);

    public override Statement Bind(long? value) => Bind(NpgsqlDbType.Bigint, value);

    public override Statement Bind(string? value) => Bind(NpgsqlDbType.Text, value);

    public override Statement Bind(ReadOnlySpan<byte> value) => Bind(NpgsqlDbType.Bytea, value.ToArray());

    public override Statement Bind(byte[]? value) => Bind(NpgsqlDbType.Bytea, value);

    public override int Run()
    {
        try
        {
            return database.Again(() =>
            {
                Ready();
                return command.ExecuteNonQuery();
            });
        }
        finally { bound = 0; }
    }

    public override bool Step()
    {
        try
        {
            if (kept is not null) return ++at < kept.Count || End();
            if (reader is null)
            {
                reader = database.Again(() =>
                {
                    Ready();
                    return command.ExecuteReader();
                });
                database.Reading = this;
                if (classes.Length != reader.FieldCount) classes = [.. Enumerable.Range(0, reader.FieldCount).Select(c => ClassOf(reader.GetDataTypeName(c)))];
            }
            return reader.Read() || End();
        }
        catch (StoreException)
        {
            Reset();
            throw;
        }
        catch (Exception e) when (Trouble.Of(e) is not null)
        {
            Reset();
            throw Trouble.Of(e)!;
        }
    }

    /// <summary>On the connection as it is now: since the last use it may have been made anew.</summary>
    private void Ready()
    {
        database.Free(this);
        if (command.Connection != database.Connection)
        {
            var text = command.CommandText;
            command.Parameters.Clear();
            command.Dispose();
            command = new NpgsqlCommand(text, database.Connection);
            foreach (var parameter in parameters) command.Parameters.Add(parameter);
        }
        Prepare();
    }

    private void Prepare()
    {
        if (!command.IsPrepared) command.Prepare();
    }

    private bool End()
    {
        Reset();
        return false;
    }

    /// <summary>Another statement needs the connection: the row that is looked at and those to come are kept.</summary>
    internal void Keep()
    {
        if (reader is null) return;
        kept = [];
        // Between the execution and the first row there is none to keep: the place before the first is -1.
        at = reader.IsOnRow ? 0 : -1;
        if (reader.IsOnRow) kept.Add(Values());
        while (reader.Read()) kept.Add(Values());
        reader.Dispose();
        reader = null;
        database.Reading = null;

        object[] Values()
        {
            var values = new object[classes.Length];
            reader.GetValues(values);
            return values;
        }
    }

    public override void Reset()
    {
        if (reader is not null)
        {
            database.Reading = null;
            var closing = reader;
            reader = null;
            try { closing.Dispose(); }
            catch (Exception e) when (e is NpgsqlException or IOException) { /* whoever broke off the reading has the reason already */ }
        }
        kept = null;
        at = -1;
        bound = 0;
        blob = null;
    }

    internal override Statement Anew()
    {
        if (reader is not null || kept is not null || bound != 0) Reset();
        return this;
    }

    private object Value(int column) => kept is { } rows ? rows[at][column] : reader!.GetValue(column);

    public override bool IsNull(int column) => kept is { } rows ? rows[at][column] is DBNull : reader!.IsDBNull(column);

    public override long Long(int column) =>
        kept is not null ? Convert.ToInt64(Value(column), CultureInfo.InvariantCulture) : reader!.IsDBNull(column) ? 0 : classes[column] == ValueClass.Integer
            ? reader.GetInt64(column) : Convert.ToInt64(Value(column), CultureInfo.InvariantCulture);

    public override string Text(int column) => kept is not null ? (string)Value(column) : reader!.GetString(column);

    internal override ValueClass Class(int column) => IsNull(column) ? ValueClass.Null : classes[column];

    public override ReadOnlySpan<byte> Blob(int column)
    {
        if (classes[column] == ValueClass.Text) return Encoding.UTF8.GetBytes(Text(column));
        if (IsNull(column)) return default;
        return blob = kept is not null ? (byte[])Value(column) : reader!.GetFieldValue<byte[]>(column);
    }

    internal static ValueClass ClassOf(string type) => type switch
    {
        "bigint" => ValueClass.Integer,
        "text" => ValueClass.Text,
        "bytea" => ValueClass.Blob,
        _ => ValueClass.Other,
    };

    public override void Dispose()
    {
        Reset();
        command.Dispose();
    }
}
