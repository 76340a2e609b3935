using Recoup.Core.Contact;
using Recoup.Core.Outbox;

namespace Recoup.Simulation.Worlds;

/// <summary>A message as it lies before the customer.</summary>
/// <param name="Template">The kind of letter, as its words tell: due-soon, first-reminder, second-reminder or final-notice.</param>
/// <param name="Tone">friendly, neutral or firm.</param>
/// <param name="To">The address it was sent to.</param>
public sealed record ArrivedMessage(string Party, string Account, string Template, string Tone, string To);

/// <summary>How a call went.</summary>
/// <param name="Outcome">As the contract's contact has it: right_party, no_answer, voicemail, third_party, wrong_party or not_connected.</param>
/// <param name="Promise">What the customer promised, by currency in minor units, and by when; null: nothing.</param>
public sealed record CallAnswer(string Outcome, int Minutes, (long Minor, string Currency, DateOnly By)? Promise = null);

/// <summary>What contact does to customers.</summary>
public sealed partial class World
{
    /// <summary>A message reaches a mailbox, or comes back. What the customer does about it, it does from the next day on.</summary>
    public ChannelAnswer Arrive(ArrivedMessage message)
    {
        var customer = byParty[message.Party];
        var random = Stream(customer, "message", today.DayNumber);
        if (customer.Bounces)
        {
            Tally.MessagesBounced++;
            // Somebody asks the customer for the right address.
            if (!customer.Left && random.Chance(50)) On(today.AddDays(random.Between(3, 10)), () => NewAddress(customer));
            return ChannelAnswer.Failed("550 5.1.1 no such mailbox");
        }
        var lost = random.Below(1000) == 0;
        Tally.MessagesRead++;
        var chance = customer.Type.MessagePercent * WithFriday(today) / 100;
        if (message.Template == "final-notice") chance = chance * WorldTable.FinalNoticePercent / 100;
        React(customer, random, chance, message.Tone, daysMax: 6, beforeDue: message.Template == "due-soon");
        return lost ? ChannelAnswer.Unknown("the connection broke after the text was sent") : ChannelAnswer.Sent;
    }

    /// <summary>An agent rings the customer about an account, on the day that <see cref="Day"/> was asked for last.</summary>
    public CallAnswer Ring(string party, string account)
    {
        var customer = byParty[party];
        var random = Stream(customer, "call", today.DayNumber);
        Tally.CallsMade++;
        var pick = random.Below(100);
        if (customer.Phone is null) return new CallAnswer("not_connected", 1);
        if (customer.WrongNumber) return new CallAnswer(pick < 60 ? "wrong_party" : "not_connected", 1);
        if (pick >= 52) return new CallAnswer(pick < 78 ? "no_answer" : pick < 93 ? "voicemail" : "third_party", 1);
        Tally.CallsReached++;
        var minutes = random.Between(2, 12);
        var owed = customer.Open.FindAll(i => i.Account.Id == account && !i.Disputed && i.DueOn < today && i.Open > 0);
        var moved = React(customer, random, customer.Type.CallPercent, "neutral", daysMax: 4, beforeDue: false);
        if (!customer.Bounces && customer.Email is null && random.Chance(30)) On(today.AddDays(1), () => NewAddress(customer));
        if (customer.Type.Id == "distressed" && random.Chance(12)) On(today.AddDays(1), () => AskForTime(customer, account, 30));
        // Some promise because they will pay, some so that the call ends.
        if (owed.Count == 0 || !random.Chance(moved ? 75 : 20)) return new CallAnswer("right_party", minutes);
        var by = today.AddDays(random.Between(3, 14));
        var keeps = random.Chance(customer.Type.KeepsPercent) && random.Chance(spec.ResponsePercent);
        if (keeps)
            foreach (var invoice in owed)
            {
                var on = today.AddDays(random.Between(1, by.DayNumber - today.DayNumber));
                if (invoice.PaysOn is not { } planned || planned > on) Plan(customer, invoice, on);
            }
        Tally.Promises++;
        return new CallAnswer("right_party", minutes, (owed.Sum(i => i.Open), owed[0].Account.Portfolio.Currency, by));
    }

    /// <summary>Of what a broken connection left unknown, a person asks the customer whether it came.</summary>
    public bool HasArrived(string party) => !byParty[party].Bounces;

    /// <summary>Moves plans, and feelings. True where the customer was moved to pay.</summary>
    /// <param name="chance">In percent, before tone, fatigue and the world's own.</param>
    private bool React(Customer customer, SplitMix random, int chance, string tone, int daysMax, bool beforeDue)
    {
        var type = customer.Type;
        var fatigue = customer.Fatigue(today);
        customer.Contacts.Add(today);
        chance = chance * (tone == "firm" ? type.FirmPercent : tone == "friendly" ? type.FriendlyPercent : 100) / 100;
        for (var i = WorldTable.FatigueFree; i < fatigue; i++) chance = chance * WorldTable.FatiguePercent / 100;
        // Every draw is made whatever comes of the others, so that two policies meet the same moods.
        var moved = random.Below(10000) < chance * spec.ResponsePercent;
        var days = random.Between(1, daysMax);
        var (onlyPart, percent, restAfter) = (random.Chance(type.PartPercent), random.Between(30, 70), random.Between(15, 40));
        var (postponed, refused, leaves) = (random.Chance(spec.PostponePercent), random.Below(1000) < spec.RefusePermille,
            random.Below(1000) < spec.LeavePermille);
        var complains = random.Below(100000)
            < type.ComplaintPermille * (tone == "firm" ? 150 : 100) / 100 * (1 + Math.Max(0, fatigue - WorldTable.FatigueFree)) * spec.ComplaintPercent;
        if (complains) Complain(customer, Stream(customer, "complaint", today.DayNumber));
        var owed = customer.Open.FindAll(i => !i.Disputed && i.Open > 0 && (beforeDue ? i.DueOn >= today && i.DueOn <= today.AddDays(10) : i.DueOn < today));
        foreach (var invoice in owed)
        {
            if (moved)
            {
                var on = beforeDue && invoice.DueOn > today.AddDays(days) ? invoice.DueOn : today.AddDays(days);
                if (invoice.PaysOn is { } planned && planned <= on) continue;
                if (onlyPart) invoice.Part ??= (percent, restAfter);
                Plan(customer, invoice, on);
            }
            else if (refused) Plan(customer, invoice, null);
            else if (postponed && invoice.PaysOn is { } planned) Plan(customer, invoice, planned.AddDays(spec.PostponeDays));
        }
        if (!moved && leaves && !customer.Left) On(today.AddDays(1), () => Leave(customer));
        return moved;
    }

    private void Complain(Customer customer, SplitMix random)
    {
        Tally.Complaints++;
        var (optsOut, all, wantsRest, again) = (random.Chance(45), random.Chance(30), random.Chance(25), random.Chance(40));
        var agreesAfter = random.Between(60, 150);
        var which = ++customer.Letters;
        On(today.AddDays(1), () =>
        {
            if (customer.Erased) return;
            Say("contact", $"{customer.Party}/complaint/{which}", FromCustomer, ("account", customer.Party), ("at", At(9)), ("channel", Channel.Email),
                ("direction", "inbound"), ("outcome", "right_party"));
            if (wantsRest) AskForTime(customer, customer.Party, 21);
            if (!optsOut || customer.OptedOut) return;
            customer.OptedOut = true;
            var channel = all ? Channel.Any : Channel.Email;
            Say("consent", $"{customer.Party}/no/{which}", FromCustomer, ("account", customer.Party), ("channel", channel), ("granted", false), ("on", today));
            if (again) On(today.AddDays(agreesAfter), () => Agree(customer, channel, which));
        });
    }

    private void Agree(Customer customer, string channel, int which)
    {
        if (customer.Erased) return;
        customer.OptedOut = false;
        Say("consent", $"{customer.Party}/yes/{which}", FromCustomer, ("account", customer.Party), ("channel", channel), ("granted", true), ("on", today));
    }

    /// <summary>The customer asks to be left in peace for a while, and gets it; some call earlier themselves.</summary>
    private void AskForTime(Customer customer, string account, int days)
    {
        if (customer.Erased || customer.HoldThrough >= today) return;
        var random = Stream(customer, "rest", today.DayNumber);
        var key = $"{account}/hold/{++customer.Letters}";
        var to = customer.HoldThrough = today.AddDays(days);
        Say("hold", key, FromCustomer, ("account", account), ("from", today), ("to", to), ("reason", "asked for time"));
        if (random.Chance(30))
            On(today.AddDays(random.Between(5, days - 2)),
                () => Say("hold_released", $"{key}/end", FromCustomer, ("account", account), ("hold", key), ("on", today)));
    }

    private void NewAddress(Customer customer)
    {
        if (customer.Erased || customer.Left) return;
        customer.Bounces = false;
        Say("contact_point", $"{customer.Party}/mail/{++customer.Letters}", FromCustomer, ("account", customer.Party), ("channel", Channel.Email),
            ("address", $"office.{customer.Party.ToLowerInvariant()}.{customer.Letters}@post.example"));
    }

    private DateTimeOffset At(int hour) => new(today, new TimeOnly(hour, 0), TimeSpan.Zero);

    private static int WithFriday(DateOnly day) => day.DayOfWeek == DayOfWeek.Friday ? WorldTable.FridayPercent : 100;
}
