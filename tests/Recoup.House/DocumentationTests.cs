using System.Reflection;
using System.Xml.Linq;
using Recoup.Core.Foundation;

namespace Recoup.House;

/// <summary>Public types of Core say what they are; what counts or dates says how and in what.</summary>
public sealed class DocumentationTests
{
    private static readonly HashSet<string> Summaries =
        [.. XDocument.Load(Path.ChangeExtension(CompiledCode.Core.Location, ".xml")).Descendants("member")
            .Where(m => m.Element("summary") is not null || m.Element("inheritdoc") is not null).Select(m => m.Attribute("name")!.Value)];

    private static IEnumerable<Type> Public => CompiledCode.Core.GetTypes()
        // What the compiler makes of a block of extension members is no type of ours.
        .Where(t => t.IsVisible && !t.FullName!.Contains('<', StringComparison.Ordinal));

    [Fact]
    public void Every_public_type_of_Core_says_what_it_is() =>
        Public.Where(t => !Summaries.Contains($"T:{Name(t)}")).Select(Name).Order(StringComparer.Ordinal).ShouldBeEmpty();

    [Fact]
    public void What_gives_an_amount_a_day_or_a_number_of_days_says_which()
    {
        // A name and a signature that leave nothing open.
        string[] plain = ["ToString", "Parse", "Of"];
        var documented = Summaries.Where(s => s.StartsWith("M:", StringComparison.Ordinal)).Select(s => s[2..].Split('(')[0]).ToHashSet(StringComparer.Ordinal);
        Public.SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => !m.IsSpecialName && !plain.Contains(m.Name) && !m.Name.Contains('<', StringComparison.Ordinal)
                && (m.Name.EndsWith("Days", StringComparison.Ordinal) || m.Name.EndsWith("Minor", StringComparison.Ordinal)
                    || m.Name.EndsWith("On", StringComparison.Ordinal) || m.ReturnType == typeof(Money) || m.ReturnType == typeof(decimal)))
            .Select(m => $"{Name(m.DeclaringType!)}.{m.Name}").Distinct(StringComparer.Ordinal).Where(m => !documented.Contains(m))
            .Order(StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static string Name(Type type) =>
        (type.IsGenericType && !type.IsGenericTypeDefinition ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');
}
