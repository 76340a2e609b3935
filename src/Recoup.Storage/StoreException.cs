namespace Recoup.Storage;

/// <summary>The store can't do what was asked, for a reason outside the program. The message says what and how to mend it.</summary>
public class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Somebody else holds the store; the same again may do it.</summary>
public sealed class StoreBusyException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>There is no room left to write: nothing of the last step was kept, nothing before it is lost.</summary>
public sealed class StoreFullException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>
/// The database refused a statement for a reason of its own: a rule that somebody gave it, a page that can't be read. It may be for one row's sake.
/// </summary>
public sealed class StoreRefusedException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The transaction met another one and gave way; made anew it finds what the other did.</summary>
internal sealed class MetException(string message, Exception? inner) : StoreException(message, inner);
