using Recoup.Core.Foundation;

namespace Recoup.Core.Receivables;

/// <summary>What can be owed: an invoice, or a charge, which is never part of sales.</summary>
public enum ItemKind { Invoice, Charge }

/// <summary>A balance changed by this much on that day.</summary>
public record struct Movement(DateOnly On, long Minor) : IFormed<Movement>
{
    public static Movement Blank => default;

    public static Movement Form<TForm>(ref TForm f, Movement v) where TForm : IForm, allows ref struct =>
        new(f.Day("on", v.On), f.Long("minor", v.Minor));
}

/// <summary>Movements in order of day, one a day: what a balance was at the end of any day follows from them.</summary>
public static class Movements
{
    /// <param name="kept">A movement of this day stays though it comes to nothing.</param>
    public static void Add(List<Movement> movements, DateOnly on, long minor, DateOnly? kept = null)
    {
        if (minor == 0) return;
        for (var i = movements.Count - 1; i >= 0; i--)
        {
            if (movements[i].On == on)
            {
                var sum = movements[i].Minor + minor;
                if (sum == 0 && on != kept) movements.RemoveAt(i); else movements[i] = new Movement(on, sum);
                return;
            }
            if (movements[i].On < on)
            {
                movements.Insert(i + 1, new Movement(on, minor));
                return;
            }
        }
        movements.Insert(0, new Movement(on, minor));
    }

    public static long Sum(List<Movement>? movements)
    {
        long sum = 0;
        foreach (var movement in movements ?? []) sum += movement.Minor;
        return sum;
    }

    /// <summary>The least that it comes to at the end of that day or of any after it.</summary>
    public static long LeastFrom(List<Movement>? movements, DateOnly day)
    {
        var sum = SumOn(movements, day);
        var least = sum;
        foreach (var movement in movements ?? [])
            if (movement.On > day) least = Math.Min(least, sum += movement.Minor);
        return least;
    }

    /// <summary>The most that it comes to at the end of that day or of any after it.</summary>
    public static long MostFrom(List<Movement>? movements, DateOnly day)
    {
        var sum = SumOn(movements, day);
        var most = sum;
        foreach (var movement in movements ?? [])
            if (movement.On > day) most = Math.Max(most, sum += movement.Minor);
        return most;
    }

    /// <summary>
    /// The first day from which they come to so much at the end of every day that is known; the first day of the calendar for
    /// nothing. What takes away that much takes effect then at the soonest: no balance of a day gone by falls below zero.
    /// </summary>
    /// <param name="minor">No more than they come to in all.</param>
    public static DateOnly EnoughFrom(List<Movement>? movements, long minor)
    {
        if (minor <= 0) return DateOnly.MinValue;
        var sum = Sum(movements);
        for (var i = (movements?.Count ?? 0) - 1; i >= 0; i--)
        {
            sum -= movements![i].Minor;
            if (sum < minor) return movements[i].On;
        }
        return DateOnly.MinValue;
    }

    /// <summary>At the end of the day, minor units.</summary>
    public static long SumOn(List<Movement>? movements, DateOnly day)
    {
        long sum = 0;
        foreach (var movement in movements ?? [])
            if (movement.On <= day) sum += movement.Minor;
        return sum;
    }
}

/// <summary>The item was due on that day until, but not on, <paramref name="Until"/>.</summary>
public record struct FormerDue(DateOnly Until, DateOnly DueOn) : IFormed<FormerDue>
{
    public static FormerDue Blank => default;

    public static FormerDue Form<TForm>(ref TForm f, FormerDue v) where TForm : IForm, allows ref struct =>
        new(f.Day("until", v.Until), f.Day("due_on", v.DueOn));
}

/// <summary>The item was cancelled from one day on until, but not on, <paramref name="Until"/>, when it stood again.</summary>
public record struct FormerCancellation(DateOnly From, DateOnly Until) : IFormed<FormerCancellation>
{
    public static FormerCancellation Blank => default;

    public static FormerCancellation Form<TForm>(ref TForm f, FormerCancellation v) where TForm : IForm, allows ref struct =>
        new(f.Day("from", v.From), f.Day("until", v.Until));
}

/// <summary>A dispute on one item: from its first day to the day before it was closed.</summary>
public sealed record DisputeSpan(string Dispute, DateOnly From) : IFormed<DisputeSpan>
{
    /// <summary>The first day on which it no longer stands; null while open.</summary>
    public DateOnly? ClosedOn { get; set; }

    /// <summary>The day on which it was recorded, where that is later than its first.</summary>
    public DateOnly? LearnedOn { get; init; }

    /// <summary>It was closed since the list that it was taken from has it no more.</summary>
    public bool Unlisted { get; set; }

    /// <summary>It stands at the end of its first day, and no longer at the end of the day it is closed.</summary>
    public bool StandsOn(DateOnly day) => From <= day && (ClosedOn is not { } closed || day < closed);

    public static DisputeSpan Blank => new("", default);

    public static DisputeSpan Form<TForm>(ref TForm f, DisputeSpan v) where TForm : IForm, allows ref struct =>
        new(f.Text("dispute", v.Dispute), f.Day("from", v.From))
        {
            ClosedOn = f.DayOrNull("closed_on", v.ClosedOn), LearnedOn = f.DayOrNull("learned_on", v.LearnedOn),
            Unlisted = f.Flag("unlisted", v.Unlisted),
        };
}

/// <summary>A payment plan that the item is in: from the day on which it was agreed to the day before it ended.</summary>
public sealed record PlanSpan(string Plan, DateOnly From) : IFormed<PlanSpan>
{
    /// <summary>The first day on which it no longer stands; null while open.</summary>
    public DateOnly? ClosedOn { get; set; }

    /// <summary>The day on which it was recorded, where that is later than its first.</summary>
    public DateOnly? LearnedOn { get; init; }

    /// <summary>What the item's document said on the day of the plan, minor units: what is added to it later is no part of the plan.</summary>
    public long Amount { get; init; }

    /// <summary>It stands at the end of its first day, and no longer at the end of the day on which the plan ended.</summary>
    public bool StandsOn(DateOnly day) => From <= day && (ClosedOn is not { } closed || day < closed);

    public static PlanSpan Blank => new("", default);

    public static PlanSpan Form<TForm>(ref TForm f, PlanSpan v) where TForm : IForm, allows ref struct =>
        new(f.Text("plan", v.Plan), f.Day("from", v.From))
        {
            ClosedOn = f.DayOrNull("closed_on", v.ClosedOn), LearnedOn = f.DayOrNull("learned_on", v.LearnedOn), Amount = f.Long("amount", v.Amount),
        };
}

/// <summary>What became of sending an invoice to the customer.</summary>
/// <param name="Outcome">decided, then sent, failed, unknown, withdrawn or bounced; or blocked, not_sent or shadow, where there is no message.</param>
/// <param name="On">The day of it.</param>
/// <param name="Message">The message that brings it; null where there is none.</param>
/// <param name="Why">The rule or the channel's word, where it did not go.</param>
public sealed record ItemDelivery(string Outcome, DateOnly On, string? Message, string? Why) : IFormed<ItemDelivery>
{
    public static ItemDelivery Blank => new("", default, null, null);

    public static ItemDelivery Form<TForm>(ref TForm f, ItemDelivery v) where TForm : IForm, allows ref struct =>
        new(f.Word("outcome", v.Outcome), f.Day("on", v.On), f.TextOrNull("message", v.Message), f.TextOrNull("why", v.Why));
}

/// <summary>
/// An invoice or a charge and how its balance moved, by the day each movement took effect. The balance on any
/// day follows from the movements, so a fact that comes late changes the past and nothing else.
/// </summary>
public sealed class ItemState : IFormed<ItemState>
{
    public string Account { get; set; } = "";
    public string Number { get; set; } = "";
    public ItemKind Kind { get; set; }
    public string Currency { get; set; } = "";
    public DateOnly IssuedOn { get; set; }

    /// <summary>The due date as it stands after every recorded correction.</summary>
    public DateOnly DueOn { get; set; }

    /// <summary>Due dates that a correction replaced, with the day up to which (not included) each stood.</summary>
    public List<FormerDue>? FormerDues { get; set; }

    /// <summary>Set where the item was already overdue when Recoup first heard of it: that day.</summary>
    public DateOnly? EnteredOn { get; set; }

    /// <summary>What the document says, after corrections; minor units. <see cref="ChangeAmount"/> changes it.</summary>
    public long Amount { get; set; }

    /// <summary>How what the document says was changed since it was first told of, by the day from which each change counts; null: never.</summary>
    public List<Movement>? AmountChanges { get; set; }

    public List<Movement> Movements { get; set; } = [];

    /// <summary>Write-offs, less recoveries of them, by the day each took effect.</summary>
    public List<Movement>? WriteOffs { get; set; }

    /// <summary>Written off and not recovered since, those of days to come included.</summary>
    public long WrittenOff => Receivables.Movements.Sum(WriteOffs);

    /// <summary>What was let go of it, less what is owed again of that, by the day each took effect.</summary>
    public List<Movement>? Waivers { get; set; }

    /// <summary>Keys of the payments and credits that met it, so that a correction finds what to release.</summary>
    public List<string>? AppliedBy { get; set; }

    public List<DisputeSpan>? Disputes { get; set; }

    /// <summary>Payment plans that it is or was in, in the order in which they were agreed.</summary>
    public List<PlanSpan>? Plans { get; set; }

    /// <summary>What became of sending it to the customer; null: nobody meant to.</summary>
    public ItemDelivery? Delivery { get; set; }

    /// <summary>The day of the service that it invoices, until Recoup has sent it; null: not told, sent, or not for Recoup to send.</summary>
    public DateOnly? ServicedOn { get; set; }

    /// <summary>The day on which its cancellation takes effect; null while it stands.</summary>
    public DateOnly? CancelledOn { get; set; }

    public bool Cancelled => CancelledOn is not null;

    /// <summary>By how much its cancellation lowered the amount; minor units.</summary>
    public long CancelledMinor { get; set; }

    /// <summary>Cancellations that were taken back.</summary>
    public List<FormerCancellation>? FormerCancellations { get; set; }

    /// <summary>Another invoice has the number of one that was cancelled, of <see cref="IssuedOn"/>.</summary>
    public bool IssuedAgain { get; set; }

    /// <summary>From that day on it stands; until then it was cancelled.</summary>
    internal void TakeCancellationBack(DateOnly on)
    {
        if (CancelledOn < on) (FormerCancellations ??= []).Add(new FormerCancellation(CancelledOn.Value, on));
        (CancelledOn, CancelledMinor) = (null, 0);
    }

    /// <summary>Cancelled at the end of the day.</summary>
    public bool IsCancelledOn(DateOnly day)
    {
        if (CancelledOn <= day) return true;
        foreach (var former in FormerCancellations ?? [])
            if (former.From <= day && day < former.Until) return true;
        return false;
    }

    /// <summary>What the document says at the end of the day, minor units; it says so from its day of issue on.</summary>
    public long AmountOn(DateOnly day)
    {
        var amount = Amount;
        foreach (var change in AmountChanges ?? [])
            if (change.On > day) amount -= change.Minor;
        return amount;
    }

    /// <summary>From a day on the document says so much more, or less; the balance is moved apart from it.</summary>
    internal void ChangeAmount(DateOnly on, long minor)
    {
        if (minor == 0) return;
        Amount += minor;
        Receivables.Movements.Add(AmountChanges ??= [], on, minor);
        if (AmountChanges.Count == 0) AmountChanges = null;
    }

    /// <summary>What is open after every recorded movement, those of days to come included.</summary>
    public long Balance => Receivables.Movements.Sum(Movements);

    /// <summary>Something of it is open, now or on a day to come: it belongs among the open items.</summary>
    public bool IsOpen => Balance != 0 || Ahead;

    /// <summary>When it last changed, a movement of it lay ahead: it may be open still though all is paid by then.</summary>
    public bool Ahead { get; set; }

    /// <summary>Open at the end of the day. An item settled on a day is not open at that day's end.</summary>
    public long BalanceOn(DateOnly day) => Receivables.Movements.SumOn(Movements, day);

    /// <summary>What the customer owes of it at the end of the day: what is open, and what was written off.</summary>
    public long OwedOn(DateOnly day) => BalanceOn(day) + Receivables.Movements.SumOn(WriteOffs, day);

    /// <summary>The due date that stood at the end of the day.</summary>
    public DateOnly DueAt(DateOnly day)
    {
        if (FormerDues is not null)
            foreach (var former in FormerDues)
                if (day < former.Until) return former.DueOn;
        return DueOn;
    }

    /// <summary>A new due date from a day on. What stood before that day stays; a correction dated before another one replaces it.</summary>
    public void Redate(DateOnly from, DateOnly due)
    {
        if (!IsRedatedBy(from, due)) return;
        FormerDues ??= [];
        var before = DueAt(from.Plus(-1));
        FormerDues.RemoveAll(f => f.Until >= from);
        if (before != due) FormerDues.Add(new FormerDue(from, before));
        if (FormerDues.Count == 0) FormerDues = null;
        DueOn = due;
    }

    /// <summary>False where that due date stands from the day on already.</summary>
    public bool IsRedatedBy(DateOnly from, DateOnly due) => due != DueAt(from) || (FormerDues is not null && FormerDues[^1].Until > from);

    /// <summary>Contested at the end of the day.</summary>
    public bool IsDisputedOn(DateOnly day)
    {
        if (Disputes is null) return false;
        foreach (var dispute in Disputes)
            if (dispute.StandsOn(day)) return true;
        return false;
    }

    /// <summary>In a payment plan at the end of the day.</summary>
    public bool IsPlannedOn(DateOnly day)
    {
        if (Plans is null) return false;
        foreach (var plan in Plans)
            if (plan.StandsOn(day)) return true;
        return false;
    }

    /// <summary>Adds to the movements. That of the issue day stays: an invoice paid on it was open and was settled.</summary>
    public void Move(DateOnly on, long minor) => Receivables.Movements.Add(Movements, on, minor, kept: IssuedOn);

    /// <summary>The first day after <paramref name="day"/> on which something about the item changes by itself; null: none is known.</summary>
    public DateOnly? NextChangeAfter(DateOnly day)
    {
        var next = DateOnly.MaxValue;
        // In order of day: what matters is at the end.
        for (var i = Movements.Count - 1; i >= 0 && Movements[i].On > day; i--) Take(Movements[i].On);
        if (WriteOffs is not null)
            foreach (var movement in WriteOffs) Take(movement.On);
        Take(CancelledOn);
        if (FormerCancellations is not null)
            foreach (var former in FormerCancellations)
            {
                Take(former.From);
                Take(former.Until);
            }
        if (FormerDues is not null)
            foreach (var former in FormerDues) Take(former.Until);
        if (Disputes is not null)
            foreach (var dispute in Disputes)
            {
                Take(dispute.From);
                Take(dispute.ClosedOn);
            }
        if (Plans is not null)
            foreach (var plan in Plans)
            {
                Take(plan.From);
                Take(plan.ClosedOn);
            }
        return next == DateOnly.MaxValue ? null : next;

        void Take(DateOnly? change)
        {
            if (change > day && change < next) next = change.Value;
        }
    }

    /// <summary>
    /// Times since the due date in which the item was contested, in a payment plan, settled, or not due by the due date that stood then, and
    /// which are over at the end of the day. What has not ended by then is no part of it, so it changes on those days alone
    /// that <see cref="NextChangeAfter"/> names. Null: none.
    /// </summary>
    public List<Pause>? PausesOn(DateOnly asOf)
    {
        List<Pause>? pauses = null;
        var due = DueAt(asOf);
        if (asOf <= due) return null;
        var first = EnteredOn is { } entered && entered > due ? entered : due.Plus(1);
        foreach (var dispute in Disputes ?? [])
            if (dispute.ClosedOn is { } closed) Take(PauseKind.Dispute, dispute.From, closed, dispute.LearnedOn);
        foreach (var plan in Plans ?? [])
            if (plan.ClosedOn is { } closed) Take(PauseKind.Plan, plan.From, closed, plan.LearnedOn);
        if (FormerDues is not null)
        {
            var since = DateOnly.MinValue;
            foreach (var former in FormerDues)
            {
                if (former.Until <= asOf && former.DueOn > due)
                    Take(PauseKind.NotDue, since, former.Until <= former.DueOn ? former.Until : former.DueOn.Plus(1), null);
                since = former.Until;
            }
        }
        long balance = 0;
        DateOnly? settled = null;
        foreach (var movement in Movements)
        {
            if (movement.On > asOf) break;
            balance += movement.Minor;
            if (balance <= 0) settled ??= movement.On;
            else if (settled is { } from)
            {
                Take(PauseKind.Settled, from, movement.On, null);
                settled = null;
            }
        }
        pauses?.Sort(static (a, b) => a.From != b.From ? a.From.CompareTo(b.From) : a.To != b.To ? a.To.CompareTo(b.To) : a.Kind.CompareTo(b.Kind));
        return pauses;

        void Take(PauseKind kind, DateOnly from, DateOnly to, DateOnly? learnedOn)
        {
            if (from < first) from = first;
            if (to <= asOf && to > from) (pauses ??= []).Add(new Pause(kind, from, to, learnedOn));
        }
    }

    /// <summary>The day from which the balance has been zero; null while open or where it never was open.</summary>
    public DateOnly? SettledOn(DateOnly asOf)
    {
        DateOnly? settled = null;
        long balance = 0;
        foreach (var movement in Movements)
        {
            if (movement.On > asOf) break;
            balance += movement.Minor;
            settled = balance == 0 ? movement.On : null;
        }
        return settled;
    }

    public static ItemState Blank => new();

    public static ItemState Form<TForm>(ref TForm f, ItemState v) where TForm : IForm, allows ref struct
    {
        v.Account = f.Word("account", v.Account);
        v.Number = f.Text("number", v.Number);
        v.Kind = f.Choice("kind", v.Kind);
        v.Currency = f.Word("currency", v.Currency);
        v.IssuedOn = f.Day("issued_on", v.IssuedOn);
        v.DueOn = f.Day("due_on", v.DueOn);
        v.Amount = f.Long("amount", v.Amount);
        v.Movements = f.List("movements", v.Movements);
        f.BeginRare(15);
        v.FormerDues = f.ListOrNull("former_dues", v.FormerDues);
        v.EnteredOn = f.DayOrNull("entered_on", v.EnteredOn);
        v.WriteOffs = f.ListOrNull("write_offs", v.WriteOffs);
        v.AppliedBy = f.TextsOrNull("applied_by", v.AppliedBy);
        v.Disputes = f.ListOrNull("disputes", v.Disputes);
        v.Delivery = f.OneOrNull("delivery", v.Delivery);
        v.CancelledOn = f.DayOrNull("cancelled_on", v.CancelledOn);
        v.Ahead = f.Flag("ahead", v.Ahead);
        v.Waivers = f.ListOrNull("waivers", v.Waivers);
        v.CancelledMinor = f.Long("cancelled_minor", v.CancelledMinor);
        v.FormerCancellations = f.ListOrNull("former_cancellations", v.FormerCancellations);
        v.IssuedAgain = f.Flag("issued_again", v.IssuedAgain);
        v.Plans = f.ListOrNull("plans", v.Plans);
        v.AmountChanges = f.ListOrNull("amount_changes", v.AmountChanges);
        v.ServicedOn = f.DayOrNull("serviced_on", v.ServicedOn);
        f.EndRare();
        return v;
    }
}
