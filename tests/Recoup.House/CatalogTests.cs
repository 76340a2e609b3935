using Recoup.Connectors.Files;
using Recoup.Core.Contact;
using Recoup.Core.Policies;

namespace Recoup.House;

/// <summary>
/// What a user edits is connected to something. Recoup.Tests turns every knob of the policy and the rules and looks for
/// a decision that changes, and prints every field of every KPI; here is what that leaves.
/// </summary>
public sealed class CatalogTests
{
    /// <summary>Turned into something else while the record is built: the entry's name into <see cref="Strategy.EntryStep"/>.</summary>
    private static readonly string[] ReadAsBuilt = [$"{nameof(Strategy)}.{nameof(Strategy.Entry)}"];

    public static TheoryData<string> Files => [.. Repository.Files.Where(f => f.StartsWith("catalog/", StringComparison.Ordinal))];

    public static TheoryData<string> Mappings =>
        [.. Repository.Files.Where(f => f.StartsWith("catalog/mappings/", StringComparison.Ordinal)).Select(f => Path.GetFileNameWithoutExtension(f))];

    public static TheoryData<string> Fields =>
        [.. new[] { typeof(Policy), typeof(ScoreRule), typeof(Segment), typeof(Strategy), typeof(Step),
            typeof(VolumeStop), typeof(ContactRule), typeof(ContactRules) }
            .SelectMany(t => t.GetProperties().Where(p => p.GetMethod!.IsPublic && !p.GetMethod.IsStatic && p.DeclaringType == t)
                .Select(p => $"{t.Name}.{p.Name}")).Except(ReadAsBuilt)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_of_the_catalogue_is_in_the_program_as_it_stands(string file)
    {
        var name = file["catalog/".Length..];
        var holder = CompiledCode.All.Single(a => a.GetManifestResourceNames().Contains(name));
        using var reader = new StreamReader(holder.GetManifestResourceStream(name)!);
        reader.ReadToEnd().ShouldBe(Repository.Read(file));
    }

    [Fact]
    public void The_program_holds_no_file_but_these() =>
        CompiledCode.All.SelectMany(a => a.GetManifestResourceNames()).Where(n => !n.StartsWith("assets/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ShouldBe(Files.Select(f => f.Data["catalog/".Length..]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Mappings))]
    public void A_mapping_loads(string name)
    {
        var mapping = Mapping.Load(name);
        (mapping.HasInputs || mapping.HasOpenItems).ShouldBeTrue();
        mapping.About.ShouldNotBeNullOrEmpty();
    }

    /// <summary>Reading a field into a record is not enough: somebody must ask the record for it.</summary>
    [Theory]
    [MemberData(nameof(Fields))]
    public void A_field_of_a_policy_or_a_rule_is_read_by_somebody(string field)
    {
        var parts = field.Split('.');
        CompiledCode.All.SelectMany(CompiledCode.Of).Any(m => m.Member is { } member && member.Name == $"get_{parts[1]}"
            && member.DeclaringType!.Name == parts[0] && Asks(m)).ShouldBeTrue($"nothing asks for {field}");

        // A record's own equality and printing read everything and mean nothing.
        static bool Asks(Mention m) => !(m.From == m.Member!.DeclaringType
            && (m.Where.EndsWith(".PrintMembers", StringComparison.Ordinal) || m.Where.EndsWith(".Equals", StringComparison.Ordinal)
                || m.Where.EndsWith(".GetHashCode", StringComparison.Ordinal) || m.Where.EndsWith(".Deconstruct", StringComparison.Ordinal)));
    }
}
