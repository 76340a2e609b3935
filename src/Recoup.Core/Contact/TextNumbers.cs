using System.Globalization;
using Recoup.Core.Foundation;

namespace Recoup.Core.Contact;

/// <summary>
/// By what whoever writes from a number is found. A party's tokens are under its own key, so a number alone leads to nobody; beside each text stands
/// in which of 4,096 sets its number is, by a key of the workspace. Those of one set are tried with the keys of their parties. A set tells nobody's
/// number: an erased person's is one of millions.
/// </summary>
public static class TextNumbers
{
    /// <summary>The name of the key in the vault; no party can have it.</summary>
    public const string VaultName = "\u0001texts";

    /// <summary>1 to 4096.</summary>
    /// <param name="number">In the form of E.164.</param>
    public static int SetOf(IVault vault, string number) =>
        int.Parse(vault.Token(VaultName, number).AsSpan(0, 3), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) + 1;
}
