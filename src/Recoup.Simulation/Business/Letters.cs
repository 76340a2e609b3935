using Recoup.Core;
using Recoup.Core.Outbox;
using Recoup.Core.Workspace;
using Recoup.Simulation.Auditing;
using Recoup.Simulation.Worlds;

namespace Recoup.Simulation.Business;

/// <summary>
/// The post between the business and its customers: has the letters written by the writer it was given, remembers what
/// kind each is, and lays them before the customers, who see no more than a customer sees.
/// </summary>
/// <param name="auditor">Who looks over the post's shoulder.</param>
internal sealed class Letters(IMessageWriter writer, World world, Func<Auditor> auditor) : IMessageWriter
{
    // By identity: two customers may get the same words.
    private readonly Dictionary<MessageText, MessageFacts> written = new(ReferenceEqualityComparer.Instance);

    /// <summary>The day on which the post is out.</summary>
    public DateOnly Today { get; set; }

    public MessageText Write(MessageFacts facts)
    {
        var text = writer.Write(facts);
        written[text] = facts;
        return text;
    }

    public bool Has(string template) => writer.Has(template);

    public bool HasLanguage(string language) => writer.HasLanguage(language);

    /// <summary>The account that a message of today is about.</summary>
    public string AccountOf(Outgoing message) => FactsOf(message.Text).Account;

    /// <summary>A text read back from the journal is another object with the same words.</summary>
    private MessageFacts FactsOf(MessageText text) => written.TryGetValue(text, out var facts) ? facts : written.First(w => w.Key == text).Value;

    /// <summary>Not idempotent, as mail is not: what was under way in a crash is unknown.</summary>
    public IReadOnlyList<ChannelAnswer> Deliver(IReadOnlyList<Outgoing> messages, DateTimeOffset at)
    {
        var answers = new List<ChannelAnswer>(messages.Count);
        foreach (var message in messages)
        {
            var facts = FactsOf(message.Text);
            var answer = world.Arrive(new ArrivedMessage(message.Party, facts.Account, facts.Template, facts.Tone, message.Text.To));
            auditor().HandedOver(Today, at, message.Party, facts.Account, message.Message, message.Channel, cameTo: answer.Outcome != "failed");
            answers.Add(answer);
        }
        return answers;
    }

    /// <summary>What was delivered needs no remembering.</summary>
    public void EndOfDay() => written.Clear();
}
