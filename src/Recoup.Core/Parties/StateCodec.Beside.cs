using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Parties;

/// <content>What is loaded beside a party's header: items, cash, messages and work items.</content>
public static partial class StateCodec
{
    public static byte[] Encode(ItemState item) => Written(item).End();

    /// <summary>Whether these are the bytes of that state.</summary>
    public static bool IsOf(ReadOnlySpan<byte> bytes, ItemState item) => Written(item).EndsAs(bytes);

    private static StateWriter Written(ItemState item)
    {
        var w = StateWriter.Begin((byte)StateKind.Item);
        w.Word(item.Account);
        w.Text(item.Number);
        w.Count((int)item.Kind);
        w.Word(item.Currency);
        w.Day(item.IssuedOn);
        w.Day(item.DueOn);
        w.ListOrNull(item.FormerDues, static (w, f) => { w.Day(f.Until); w.Day(f.DueOn); });
        w.Day(item.EnteredOn);
        w.Long(item.Amount);
        w.List(item.Movements, Write);
        w.ListOrNull(item.WriteOffs, Write);
        w.ListOrNull(item.AppliedBy, Write);
        w.ListOrNull(item.Disputes, static (w, d) => { w.Text(d.Dispute); w.Day(d.From); w.Day(d.ClosedOn); w.Day(d.LearnedOn); });
        w.Flag(item.Delivery is not null);
        if (item.Delivery is { } delivery)
        {
            w.Word(delivery.Outcome);
            w.Day(delivery.On);
            w.TextOrNull(delivery.Message);
            w.TextOrNull(delivery.Why);
        }
        w.Day(item.CancelledOn);
        w.Long((item.Ahead ? 1 : 0) + (item.IssuedAgain ? 2 : 0));
        w.ListOrNull(item.Waivers, Write);
        w.Long(item.CancelledMinor);
        w.ListOrNull(item.FormerCancellations, static (w, f) => { w.Day(f.From); w.Day(f.Until); });
        return w;
    }

    public static ItemState DecodeItem(ReadOnlySpan<byte> bytes)
    {
        var r = new StateReader(bytes, (byte)StateKind.Item);
        var item = new ItemState
        {
            Account = r.Word(),
            Number = r.Text(),
            Kind = r.Choice<ItemKind>(),
            Currency = r.Word(),
            IssuedOn = r.Day(),
            DueOn = r.Day(),
            FormerDues = r.ListOrNull(static (ref r) => new FormerDue(r.Day(), r.Day())),
            EnteredOn = r.DayOrNull(),
            Amount = r.Long(),
            Movements = r.List(ReadMovement),
            WriteOffs = r.ListOrNull(ReadMovement),
            AppliedBy = r.ListOrNull(ReadText),
            Disputes = r.ListOrNull(static (ref r) => new DisputeSpan(r.Text(), r.Day()) { ClosedOn = r.DayOrNull(), LearnedOn = r.DayOrNull() }),
            Delivery = r.Flag() ? new ItemDelivery(r.Word(), r.Day(), r.TextOrNull(), r.TextOrNull()) : null,
            CancelledOn = r.DayOrNull(),
        };
        var marks = r.Int();
        if (marks is < 0 or > 3) throw new StateDamagedException($"an item has the marks {marks}");
        (item.Ahead, item.IssuedAgain, item.Waivers, item.CancelledMinor) = ((marks & 1) != 0, (marks & 2) != 0, r.ListOrNull(ReadMovement), r.Long());
        item.FormerCancellations = r.ListOrNull(static (ref r) => new FormerCancellation(r.Day(), r.Day()));
        r.End();
        return item;
    }

    public static byte[] Encode(CashState cash) => Written(cash).End();

    /// <summary>Whether these are the bytes of that state.</summary>
    public static bool IsOf(ReadOnlySpan<byte> bytes, CashState cash) => Written(cash).EndsAs(bytes);

    private static StateWriter Written(CashState cash)
    {
        var w = StateWriter.Begin((byte)StateKind.Cash);
        w.Text(cash.Key);
        w.Word(cash.Account);
        w.Count((int)cash.Kind);
        w.Word(cash.Currency);
        w.Day(cash.On);
        w.Long(cash.Minor);
        w.List(cash.Allocations, static (w, a) => { w.Text(a.Number); w.Long(a.Minor); w.Day(a.On); w.Flag(a.Recovery); });
        w.ListOrNull(cash.Back, static (w, b) => { w.Text(b.Number); w.Long(b.Minor); w.Day(b.Since); w.Day(b.On); w.Flag(b.Recovery); });
        w.List(cash.Moves, Write);
        w.Flag(cash.Reversed);
        w.ListOrNull(cash.Refunds, Write);
        w.ListOrNull(cash.From, static (w, f) => { w.Text(f.Payment); w.Long(f.Minor); });
        w.Flag(cash.IsUnlisted);
        return w;
    }

    public static CashState DecodeCash(ReadOnlySpan<byte> bytes)
    {
        var r = new StateReader(bytes, (byte)StateKind.Cash);
        var cash = new CashState
        {
            Key = r.Text(),
            Account = r.Word(),
            Kind = r.Choice<CashKind>(),
            Currency = r.Word(),
            On = r.Day(),
            Minor = r.Long(),
            Allocations = r.List(static (ref r) => new Applied(r.Text(), r.Long(), r.Day(), r.Flag())),
            Back = r.ListOrNull(static (ref r) => new TakenBack(r.Text(), r.Long(), r.Day(), r.Day(), r.Flag())),
            Moves = r.List(ReadMovement),
            Reversed = r.Flag(),
            Refunds = r.ListOrNull(ReadMovement),
            From = r.ListOrNull(static (ref r) => new Released(r.Text(), r.Long())),
            IsUnlisted = r.Flag(),
        };
        r.End();
        return cash;
    }

    public static byte[] Encode(MessageState message) => Written(message).End();

    /// <summary>Whether these are the bytes of that state.</summary>
    public static bool IsOf(ReadOnlySpan<byte> bytes, MessageState message) => Written(message).EndsAs(bytes);

    private static StateWriter Written(MessageState message)
    {
        var w = StateWriter.Begin((byte)StateKind.Message);
        w.Text(message.Id);
        w.Word(message.Portfolio);
        w.Word(message.Account);
        w.Word(message.Channel);
        w.Word(message.Template);
        w.Word(message.Tone);
        w.Word(message.Rule);
        w.Day(message.DecidedOn);
        w.Day(message.PreDueThrough);
        w.Flag(message.StepBefore is not null);
        if (message.StepBefore is { } step)
        {
            w.Word(step.Step);
            w.Day(step.On);
            w.Day(step.AnchorOn);
            w.Flag(step.InShadow);
        }
        w.Day(message.RemindedBefore);
        w.Instant(message.NotBefore);
        w.Flag(message.Document is not null);
        if (message.Document is { } document)
        {
            w.Word(document.Kind);
            w.ListOrNull(document.Numbers is null ? null : document.Numbers as List<string> ?? [.. document.Numbers], Write);
            w.Day(document.From);
            w.Day(document.AsOf);
            w.Flag(document.Scheduled);
        }
        w.Count((int)message.Status);
        w.TextOrNull(message.Detail);
        w.Long(message.Tries);
        w.Instant(message.FirstTriedAt);
        w.TextOrNull(message.AddressToken);
        return w;
    }

    public static MessageState DecodeMessage(ReadOnlySpan<byte> bytes)
    {
        var r = new StateReader(bytes, (byte)StateKind.Message);
        var message = new MessageState
        {
            Id = r.Text(),
            Portfolio = r.Word(),
            Account = r.Word(),
            Channel = r.Word(),
            Template = r.Word(),
            Tone = r.Word(),
            Rule = r.Word(),
            DecidedOn = r.Day(),
            PreDueThrough = r.DayOrNull(),
            StepBefore = r.Flag() ? new StepTaken(r.Word(), r.Day(), r.DayOrNull(), r.Flag()) : null,
            RemindedBefore = r.DayOrNull(),
            NotBefore = r.Instant(),
            Document = r.Flag() ? new DocumentRecord(r.Word()) { Numbers = r.ListOrNull(ReadText), From = r.DayOrNull(), AsOf = r.DayOrNull(), Scheduled = r.Flag() } : null,
            Status = r.Choice<MessageStatus>(),
            Detail = r.TextOrNull(),
            Tries = r.Int(),
            FirstTriedAt = r.InstantOrNull(),
            AddressToken = r.TextOrNull(),
        };
        r.End();
        return message;
    }

    public static byte[] Encode(WorkItemState work) => Written(work).End();

    /// <summary>Whether these are the bytes of that state.</summary>
    public static bool IsOf(ReadOnlySpan<byte> bytes, WorkItemState work) => Written(work).EndsAs(bytes);

    private static StateWriter Written(WorkItemState work)
    {
        var w = StateWriter.Begin((byte)StateKind.Work);
        w.Text(work.Id);
        w.Word(work.Kind);
        w.Word(work.Portfolio);
        w.Word(work.Account);
        w.Word(work.Rule);
        w.Word(work.Owner);
        w.Day(work.CreatedOn);
        w.Day(work.DueOn);
        w.Long(work.Minor);
        w.Word(work.Currency);
        w.Long(work.Score);
        w.Flag(work.Open);
        w.TextOrNull(work.Disposition);
        return w;
    }

    public static WorkItemState DecodeWorkItem(ReadOnlySpan<byte> bytes)
    {
        var r = new StateReader(bytes, (byte)StateKind.Work);
        var work = new WorkItemState
        {
            Id = r.Text(),
            Kind = r.Word(),
            Portfolio = r.Word(),
            Account = r.Word(),
            Rule = r.Word(),
            Owner = r.Word(),
            CreatedOn = r.Day(),
            DueOn = r.Day(),
            Minor = r.Long(),
            Currency = r.Word(),
            Score = r.Int(),
            Open = r.Flag(),
            Disposition = r.TextOrNull(),
        };
        r.End();
        return work;
    }
}
