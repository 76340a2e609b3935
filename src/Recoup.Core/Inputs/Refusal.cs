namespace Recoup.Core.Inputs;

/// <summary>Why an input was not taken. Named values: a caller can tell them apart; the message is for people.</summary>
public enum Refusal
{
    KeyUsedWithOtherContent,
    UnknownAccount,
    AccountOfOtherParty,
    PortfolioFixed,
    NotToday,
    PartyErased,
    AlreadyJoined,
    MessageUnderWay,
    DuplicateNumber,
    UnknownItem,
    NotAnInvoice,
    NotACharge,
    ItemCancelled,
    WrongCurrency,
    NothingOpen,
    MoreThanOpen,
    BelowWrittenOff,
    DueBeforeIssued,
    BeforeDocument,
    UnknownPayment,
    AlreadyReversed,
    AlreadyRefunded,
    UnknownRefund,
    NotApplied,
    NotCancelled,
    NotWrittenOff,
    NotWaived,
    UnknownPromise,
    NothingUnapplied,
    UnknownDispute,
    UnknownHold,
    OverlappingHold,
    UnknownWorkItem,
    UnknownMessage,
    MessageNotUnknown,
    MessageNotSent,
    AlreadyErased,
    DayNotOver,
    TooMuchInAll,
}

/// <summary>A refusal with its words: what, where, and how to mend it.</summary>
public sealed record Refused(Refusal Refusal, string Message);
