using System.Reflection.Emit;
using Recoup.Server;
using Recoup.Storage.Work;

namespace Recoup.House;

/// <summary>What a server reads it reads for a viewer.</summary>
public sealed class ViewerTests
{
    private static readonly Type[] Readings = [typeof(Readings), typeof(PageReadings), typeof(WorklistReadings), typeof(ConversationReadings),
        typeof(FileReadings)];

    /// <summary>A desk is made for a viewer. The others look who somebody is, or whether they see an account, or whether there is anything to read.</summary>
    private static readonly string[] Makers = ["Desk", "FormInputs", "Keyring", "Health"];

    [Fact]
    public void Readings_of_a_server_are_made_by_its_desk() => CompiledCode.Of(typeof(Desk).Assembly)
        .Where(m => m.By == OpCodes.Newobj && Readings.Contains(m.Member!.DeclaringType))
        .Select(m => CompiledCode.Outermost(m.From).Name).Distinct().ShouldBe(Makers, ignoreOrder: true);

    [Fact]
    public void A_viewer_of_some_portfolios_sees_these_alone()
    {
        var viewer = new Viewer("eva", "manager") { Portfolios = new HashSet<string> { "EU", "UK" } };
        (viewer.Sees("EU"), viewer.Sees("US"), Viewer.Everything("ann").Sees("US")).ShouldBe((true, false, true));
        // What is computed for one is not given to the other.
        viewer.Scope.ShouldNotBe(Viewer.Everything("ann").Scope);
        viewer.Scope.ShouldBe((viewer with { Actor = "max", Portfolios = new HashSet<string> { "UK", "EU" } }).Scope);
        viewer.Scope.ShouldNotBe((viewer with { Portfolios = new HashSet<string> { "EU,UK" } }).Scope);
    }
}
