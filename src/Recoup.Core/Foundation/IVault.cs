namespace Recoup.Core.Foundation;

/// <summary>Seals what identifies a person under the party's own key, and opens it while the key is there.</summary>
public interface IVault
{
    /// <summary>Makes the party's key where there is none yet.</summary>
    byte[] Seal(string party, ReadOnlySpan<byte> plain);

    /// <summary>Under the party's key or, where another sealed it, that of a party that joined this one. Null where the key was destroyed.</summary>
    byte[]? Open(string party, ReadOnlySpan<byte> sealedBytes);

    /// <summary>A short name for an address that tells nothing without the party's key, and is the same for the same address.</summary>
    string Token(string party, string address);

    /// <summary>Whether the party has a key of its own.</summary>
    bool HasKey(string party);
}
