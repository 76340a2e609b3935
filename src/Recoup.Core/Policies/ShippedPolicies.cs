using Recoup.Core.Contact;

namespace Recoup.Core.Policies;

/// <summary>The policy and the rules of contact that come with the program, parsed once.</summary>
public static class ShippedPolicies
{
    private static readonly Lazy<Policy> LoadedPolicy = new(() => Policy.Parse(DefaultText, "policies/default.yaml"));
    private static readonly Lazy<ContactRules> LoadedRules = new(() => ContactRules.Parse(ContactRulesText, ContactRulesPath));

    public static Policy Default => LoadedPolicy.Value;

    public static ContactRules ContactRules => LoadedRules.Value;

    /// <summary>The file as it was shipped, comments and all: what a user copies to begin with.</summary>
    public static string DefaultText => Read("policies/default.yaml");

    public static string ContactRulesText => Read(ContactRulesPath);

    public const string ContactRulesPath = "rules/contact-default.yaml";

    private static string Read(string name)
    {
        using var stream = typeof(ShippedPolicies).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is missing from "
            + "the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
