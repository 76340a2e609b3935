using System.Net;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Webhooks;

/// <summary>How endpoints are called, from <c>webhooks.yaml</c> in the data folder; without the file, as it stands here.</summary>
public sealed record WebhookSettings
{
    /// <summary>The file's name in the data folder.</summary>
    public const string FileName = "webhooks.yaml";

    /// <summary>Networks of one's own that may be called although nobody else can reach them, and by http too.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>For one call, from its connection to the end of its answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    public bool Allows(IPAddress address) => Allows(Allow, address);

    internal static bool Allows(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return networks.Any(network => network.Contains(address));
    }

    /// <summary>The field allow: networks of one's own.</summary>
    internal static IReadOnlyList<IPNetwork> Networks(YamlMap map)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in map.Texts("allow"))
            if (IPNetwork.TryParse(part, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(part, out var one)) networks.Add(new IPNetwork(one, one.GetAddressBytes().Length * 8));
            else map.Report("allow", $"takes addresses and networks such as 10.1.0.0/16; '{part}' is none");
        return networks;
    }

    /// <exception cref="YamlException">Something in it is not as it should be; says where.</exception>
    public static WebhookSettings Load(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        return File.Exists(path) ? Parse(File.ReadAllText(path), path) : new WebhookSettings();
    }

    /// <param name="source">Names the file in messages.</param>
    public static WebhookSettings Parse(string text, string source)
    {
        var root = YamlMap.Parse(text, source);
        var settings = new WebhookSettings();
        settings = settings with { Allow = Networks(root) };
        if (root.WholeOrNull("timeout_seconds", 1, 120) is { } seconds) settings = settings with { Timeout = TimeSpan.FromSeconds(seconds) };
        root.Done();
        return settings;
    }
}
