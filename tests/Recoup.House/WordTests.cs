using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Recoup.House;

/// <summary>One word a thing (GLOSSARY.md), and no word for things that have no shape.</summary>
public sealed partial class WordTests
{
    /// <summary>A word that is not ours, and ours.</summary>
    private static readonly (string Foreign, string Ours)[] Synonyms =
    [
        ("Debtor", "Party"), ("CustomerId", "Account"), ("ClientId", "Account"),
        ("Installment", "Instalment"), ("Canceled", "Cancelled"), ("PastDueDays", "DaysPastDue"), ("OverdueDays", "DaysPastDue"),
        ("DunningLevel", "Step"), ("OptedIn", "Consent"), ("Outstanding", "Open"),
    ];

    private static IEnumerable<Type> Types =>
        CompiledCode.All.SelectMany(a => a.GetTypes()).Where(t => t.Namespace?.StartsWith("Recoup", StringComparison.Ordinal) == true
            && !t.IsDefined(typeof(CompilerGeneratedAttribute)) && !t.Name.Contains('<', StringComparison.Ordinal));

    [Fact]
    public void No_type_is_named_for_having_no_shape() =>
        Types.Where(t => Shapeless().IsMatch(t.Name)).Select(t => t.FullName).ShouldBeEmpty();

    [Fact]
    public void No_name_is_a_second_word_for_a_thing()
    {
        const BindingFlags declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        var names = Types.SelectMany(t => t.GetMembers(declared).Where(m => m is PropertyInfo or FieldInfo or MethodInfo { IsSpecialName: false })
            .Where(m => !m.Name.Contains('<', StringComparison.Ordinal))
            .Select(m => (Full: t.Name + "." + m.Name, m.Name)).Append((Full: t.Name, t.Name)));
        names.SelectMany(n => Synonyms.Where(s => n.Name.Contains(s.Foreign, StringComparison.OrdinalIgnoreCase)).Select(s => (Name: n.Full, s.Ours)))
            .Select(n => $"{n.Name}: say {n.Ours}").ShouldBeEmpty();
    }

    [Fact]
    public void Receivables_age_the_British_way()
    {
        var own = $"tests/Recoup.House/{nameof(WordTests)}.cs";
        Repository.Files.Where(f => American().IsMatch(f)).ShouldBeEmpty();
        Repository.Lines(Repository.Files.Where(f => f != own && IsText(f)), line => American().IsMatch(line)).ShouldBeEmpty();
    }

    [Fact]
    public void No_folder_is_named_for_a_kind_of_code() => Repository.Sources.SelectMany(f => f.Split('/')[2..^1])
        .Intersect(["Helpers", "Managers", "Services", "Utils", "Common", "Shared", "Models", "Entities", "DTOs", "Interfaces", "Extensions"],
            StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();

    private static bool IsText(string file) => Path.GetExtension(file) is ".cs" or ".md" or ".yaml" or ".hbs" or ".txt" or ".csproj" or ".props" or ".targets";

    [GeneratedRegex("(Helper|Manager|Service|Util|Utils|Utility|Utilities|DTO|Dto|Processor|Wrapper|Impl)s?$|^Base[A-Z]|Base$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shapeless();

    // Not within a word: managing, packaging and messaging stay.
    [GeneratedRegex("(?<![A-Za-z])[Aa]ging|(?<=[a-z])Aging", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex American();
}
