using System.Globalization;
using Recoup.Storage.Work;
using static Recoup.Server.Api.Columns;

namespace Recoup.Server.Api;

/// <summary>Files as the API, the command line, files and the pages list them.</summary>
public static class FileList
{
    public static readonly Listing<FileLine> Listing = new("files",
        Text<FileLine>("file", l => l.File.File), Text<FileLine>("account", l => l.File.Account), Text<FileLine>("name", l => l.Name),
        Text<FileLine>("portfolio", l => l.Portfolio), Instant<FileLine>("at", l => l.File.At), Text<FileLine>("file_name", l => l.File.Name),
        Text<FileLine>("kind", l => l.File.Kind), Text<FileLine>("format", l => l.File.Type),
        new("bytes", ColumnKind.Count, l => l.File.Bytes.ToString(CultureInfo.InvariantCulture)),
        Text<FileLine>("about", l => l.File.About), Text<FileLine>("about_id", l => l.File.AboutId), Text<FileLine>("by", l => l.File.By));
}
