namespace Recoup.Server.Api;

/// <summary>How much the API takes at once. Beyond it a request is refused before any of it is taken.</summary>
public sealed record ApiLimits
{
    /// <summary>Of one request's body, as it comes and as unpacked.</summary>
    public int BodyBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Inputs of one request: they are one transaction, which holds the store about a third of a second.</summary>
    public int InputsMax { get; init; } = 5000;

    /// <summary>Inputs of all requests that wait for their commit: about a second's worth. Then requests are told to come again.</summary>
    public int WaitingMax { get; init; } = 8192;

    /// <summary>Bodies larger than <see cref="SmallBytesMax"/>, or of unknown size, held in memory at once.</summary>
    public int LargeBodiesMax { get; init; } = 4;

    public const int SmallBytesMax = 64 * 1024;
}
