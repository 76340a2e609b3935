using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Recoup.Tests.LongestFirst))]

namespace Recoup.Tests;

/// <summary>
/// Classes run beside each other, one a processor. A long one that begins last leaves the other processors idle until it ends, so those that
/// take longest begin first, and after them the others as they come.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <summary>On SQLite or on PostgreSQL more than five seconds of a processor or of waiting, longest first.</summary>
    private static readonly string[] Classes =
    [
        "FailpointTests", "ConcurrencyTests", "JoinProperties", "StoryTests", "ServeTests", "TamperTests", "RandomKillTests", "JournalProperties",
        "ManyTests", "JoinTests", "PostgresConnectionTests", "ClusterTests", "ClosedTests", "ContactProperties", "JoinedTests", "CommandTests", "SendingTests",
        "WeatherBugTests", "SeedTests", "WeatherTests", "SetAsideTests", "LedgerProperties",
        "FutureProperties", "ForeignRowTests", "PlantedBugTests", "StateProperties", "AnchorTests", "TroubleTests", "SmtpChannelTests",
        "TakenBackTests", "BoundsProperties", "ReviewProperties", "RelayProperties", "ErasureTests", "VolumeStopTests", "ListProperties", "InputTests",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => Place(c.TestCollectionDisplayName)).ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Place(string name)
    {
        var at = Array.FindIndex(Classes, c => name.Contains("." + c + " ", StringComparison.Ordinal));
        return at < 0 ? Classes.Length : at;
    }
}
