namespace Recoup.Storage;

/// <summary>Where the parties' keys lie: apart from the journal, so that either may be backed up, lost or given away without the other.</summary>
internal interface IKeyTable : IDisposable
{
    bool HoldsKeys { get; }

    byte[]? Find(string party);

    List<KeyValuePair<string, byte[]>> Find(IReadOnlyCollection<string> parties);

    /// <summary>Makes new keys durable; a party that has one keeps it. Returns how many were new.</summary>
    int Insert(IReadOnlyCollection<KeyValuePair<string, byte[]>> keys);

    /// <summary>Destroys them for good, copies in logs and free pages included.</summary>
    void Delete(IReadOnlyCollection<string> parties);

    IEnumerable<KeyValuePair<string, byte[]>> All();
}
