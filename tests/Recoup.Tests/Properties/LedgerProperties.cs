using Recoup.Storage.Work;

namespace Recoup.Tests.Properties;

/// <summary>What the store says, against books kept by hand over the same inputs.</summary>
public sealed class LedgerProperties
{
    [Fact]
    public void Money_items_cells_and_headers_agree_with_books_kept_by_hand() =>
        Many.Histories(24, seed => RandomHistory.Of(seed, new Weather { Plans = true }), history =>
    {
        using var books = new Books(history);
        books.ItemsAgree();
        books.CashAgrees();
        books.MoneyIsConserved();
        books.HeadersAgree();
        for (var day = books.First.AddDays(-1); day <= books.Last; day = day.AddDays(3)) books.CellsAgree(day);
    });

    [Fact]
    public void They_agree_right_after_every_step_before_and_after_cells_are_merged() =>
        Many.Histories(8, seed => RandomHistory.Of(1000 + seed, new Weather { Days = 30, LatePercent = 45, Plans = true }), history =>
    {
        using var played = new Books(history, (books, step, _, _) =>
        {
            books.HeadersAgree();
            foreach (var days in new[] { -17, -2, 0, 1, 9 }) books.CellsAgree(DateOnly.FromDateTime(step.At.UtcDateTime).AddDays(days));
        });
        played.Play.Door.MergeCells(always: true);
        for (var day = played.First.AddDays(-1); day <= played.Last; day = day.AddDays(1)) played.CellsAgree(day);
    });

    [Fact]
    public void What_is_live_is_what_the_journal_makes_of_it() =>
        Many.Histories(24, seed => RandomHistory.Of(2000 + seed, new Weather { Plans = true }), history =>
    {
        using var play = new Play(Policies.Of(history.Policy)).Do(history);
        string.Join("\n", Audit.Check(play.Store).Problems.Select(p => p.Message)).ShouldBe("", "check");
        string.Join("\n", Audit.Verify(play.Store, []).Problems.Select(p => p.Message)).ShouldBe("", "verify");
        var before = play.States().Concat(play.CellTexts()).ToList();
        Audit.Rebuild(play.Store).Ok.ShouldBeTrue();
        play.States().Concat(play.CellTexts()).ShouldBe(before, "rebuilt");
    });
}
