using Recoup.Core;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Simulation.Business;
using Recoup.Simulation.Worlds;

namespace Recoup.Simulation.Weather;

/// <summary>The channel between dispatcher and customers in bad weather: it is silent, busy, or answers late, twice and wrongly.</summary>
internal sealed class MoodyChannel(Tally tally, Letters letters)
{
    private readonly HashSet<string> arrived = new(StringComparer.Ordinal);
    private readonly HashSet<string> lost = new(StringComparer.Ordinal);
    private readonly SortedDictionary<DateOnly, List<Input>> answers = [];

    /// <summary>Messages that reached a mailbox.</summary>
    public IReadOnlySet<string> Arrived => arrived;

    /// <summary>Messages whose fate the channel did not tell, and nobody has settled since.</summary>
    public HashSet<string> Silent => lost;

    public IReadOnlyList<ChannelAnswer> Deliver(IReadOnlyList<Outgoing> messages, DateTimeOffset at) => [.. messages.Select(m => Deliver(m, at))];

    private ChannelAnswer Deliver(Outgoing message, DateTimeOffset at)
    {
        var day = letters.Today;
        if (message.Tries < 3 && tally.Strikes(Fault.ChannelBusy, $"{message.Message}/{message.Tries}", out var busy))
        {
            tally.Count(Fault.ChannelBusy);
            return ChannelAnswer.Deferred("421 too busy", at.AddMinutes(busy.Between(10, 2000)));
        }
        if (tally.Strikes(Fault.ChannelSilent, message.Message, out var silent))
        {
            tally.Count(Fault.ChannelSilent);
            if (silent.Chance(50)) Hand(message, at);
            lost.Add(message.Message);
            return ChannelAnswer.Unknown("it did not answer in time");
        }
        if (tally.Strikes(Fault.AnswerLate, message.Message, out var late))
        {
            var answer = Hand(message, at);
            Plan(day.AddDays(late.Between(1, 9)), Result(message, answer.Outcome));
            tally.Count(Fault.AnswerLate);
            lost.Add(message.Message);
            return ChannelAnswer.Unknown("it did not answer in time");
        }
        var said = Hand(message, at);
        if (said.Outcome == "unknown") lost.Add(message.Message);
        if (tally.Strikes(Fault.AnswerTwice, message.Message, out var twice))
        {
            tally.Count(Fault.AnswerTwice);
            Plan(day.AddDays(1 + twice.Below(3)), Result(message, said.Outcome));
        }
        if (said.Outcome == "sent" && tally.Strikes(Fault.AnswerContradicts, message.Message, out var contrary))
        {
            tally.Count(Fault.AnswerContradicts);
            var on = day.AddDays(1 + contrary.Below(5));
            Plan(on, Result(message, "failed"));
            if (contrary.Chance(50))
                Plan(on, Tell.Of("message_bounced", $"bounced/{message.Message}", "mail", ("account", letters.AccountOf(message)), ("message", message.Message),
                    ("kind", contrary.Of("hard", "soft")), ("status", "5.1.1")));
        }
        return said;
    }

    private ChannelAnswer Hand(Outgoing message, DateTimeOffset at)
    {
        var answer = letters.Deliver([message], at)[0];
        if (answer.Outcome != "failed") arrived.Add(message.Message);
        return answer;
    }

    /// <summary>What the channel says today about messages of days before, and about such as never left.</summary>
    /// <param name="pending">Messages that wait, with their parties.</param>
    public List<Input> Answers(DateOnly day, IReadOnlyList<(string Message, string Party)> pending)
    {
        var said = answers.Remove(day, out var due) ? due : [];
        if (tally.Strikes(Fault.AnswerWrong, day.DayNumber.ToString(System.Globalization.CultureInfo.InvariantCulture), out var random))
        {
            tally.Count(Fault.AnswerWrong);
            if (pending.Count > 0 && random.Chance(60))
            {
                var (message, party) = pending[random.Below(pending.Count)];
                said.Add(new Input.ChannelResult
                {
                    Key = $"result/{message}", Party = party, Message = message, Outcome = random.Of("sent", "failed", "unknown"),
                });
            }
            else said.Add(new Input.ChannelResult
            {
                Key = "result/m-00-99999999", Party = random.Of("C00001", "nobody"), Message = "m-00-99999999", Outcome = "sent",
            });
        }
        return said;
    }

    private void Plan(DateOnly day, Input input)
    {
        if (!answers.TryGetValue(day, out var list)) answers[day] = list = [];
        list.Add(input);
    }

    private static Input.ChannelResult Result(Outgoing message, string outcome) =>
        new() { Key = $"result/{message.Message}", Party = message.Party, Message = message.Message, Outcome = outcome };
}
