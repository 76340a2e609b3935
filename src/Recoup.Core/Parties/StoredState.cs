using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>A state's bytes, behind the byte that tells its kind.</summary>
internal static class StoredState
{
    internal static StateWriter Written<T>(byte mark, T state) where T : IFormed<T>
    {
        var bytes = StateWriter.Begin(mark);
        var form = new FormWriter(bytes);
        T.Form(ref form, state);
        return bytes;
    }

    internal static T Read<T>(byte mark, ReadOnlySpan<byte> bytes) where T : IFormed<T>
    {
        var reader = new StateReader(bytes, mark);
        var state = T.Form(ref reader, T.Blank);
        reader.End();
        return state;
    }

    /// <summary>The state for a person to read: JSON, under the names that its form gives. Nothing reads it back.</summary>
    public static string TextOf<T>(T state) where T : IFormed<T>
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            new FormText(json).Object(state);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
