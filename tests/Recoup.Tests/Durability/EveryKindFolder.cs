using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>The folder of <see cref="EveryKind"/>, made once; tests take copies.</summary>
public sealed class EveryKindFolder : IDisposable
{
    public EveryKindFolder() => EveryKind.Play(Folder);

    public DataFolder Folder { get; } = new();

    public void Dispose() => Folder.Dispose();
}
