using System.Globalization;

namespace Recoup.Tests.Stories;

/// <content>How a line of a story is read.</content>
internal sealed partial class Story
{
    /// <summary>The words of a line, one after the other.</summary>
    private sealed class Words(string line)
    {
        private static readonly string[] Currencies = [.. Core.Foundation.Currency.All.Select(c => c.Code)];

        public int Position { get; private set; } = line.TakeWhile(char.IsWhiteSpace).Count();

        public string Last { get; private set; } = "";

        public bool AtEnd => Position >= line.Length || line[Position] == '#';

        public bool IsAmount => decimal.TryParse(Peek(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

        public bool StartsWith(char letter) => Peek().StartsWith(letter);

        public bool IsWord(params string[] words) => words.Contains(Peek());

        public bool Take(string word)
        {
            if (Peek() != word) return false;
            Next(word);
            return true;
        }

        public void Expect(string word)
        {
            if (!Take(word)) throw new StoryException($"'{word}' should stand where '{Peek()}' stands");
        }

        public string Next(string what)
        {
            Last = Peek();
            if (Last.Length == 0) throw new StoryException($"{what} is missing at the end");
            Position += Last.Length;
            while (Position < line.Length && char.IsWhiteSpace(line[Position])) Position++;
            return Last;
        }

        public DateOnly Date() =>
            DateOnly.TryParseExact(Next("a date"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                ? date
                : throw new StoryException($"'{Last}' is no date such as 2026-03-31");

        public decimal Amount() =>
            decimal.TryParse(Next("an amount"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                ? amount
                : throw new StoryException($"'{Last}' is no amount such as 100.00");

        public string Currency() => Currencies.Contains(Peek()) ? Next("a currency") : "EUR";

        public string Rest() => AtEnd ? "" : line[Position..].TrimEnd();

        public void End()
        {
            if (!AtEnd) throw new StoryException($"'{Rest()}' is one thing too many");
        }

        private string Peek()
        {
            var end = Position;
            while (end < line.Length && !char.IsWhiteSpace(line[end])) end++;
            return AtEnd ? "" : line[Position..end];
        }
    }
}
