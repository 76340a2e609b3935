using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Recoup.Core.Events;

/// <summary>The date at a portfolio's place.</summary>
public sealed record PortfolioDay(string Portfolio, DateOnly On);

/// <summary>A file of the catalogue as it was adopted.</summary>
/// <param name="Path">Within the catalogue, such as rules/mine.yaml or templates/de/final-notice.firm.hbs.</param>
public sealed record CatalogFile(string Path, string Text)
{
    /// <summary>It came with the program; else a user wrote it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Shipped { get; init; }

    /// <summary>Of a text: SHA-256, hexadecimal, 16 characters.</summary>
    public static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>A name with the digest of the content: the same name with another digest says something else.</summary>
    public static string EditionOf(string name, string digest) => $"{name} {digest}";
}

/// <summary>Whose receivables these are, and how they are spoken for.</summary>
public sealed record PortfolioDetails(string Portfolio)
{
    public string? Name { get; init; }
    public string? Creditor { get; init; }
    public string? Sender { get; init; }

    /// <summary>Where answers to its messages go; null: to the sender.</summary>
    public string? ReplyTo { get; init; }
    public string? BankDetails { get; init; }
    public string? TimeZone { get; init; }
    public string? Calendar { get; init; }
    public string? Party { get; init; }
    public IReadOnlyList<DateOnly>? Holidays { get; init; }

    /// <summary>email or none; null: none. How new invoices reach the customer.</summary>
    public string? InvoiceDelivery { get; init; }

    /// <summary>none, monthly or quarterly; null: none. How often statements of account are sent.</summary>
    public string? Statements { get; init; }
}
