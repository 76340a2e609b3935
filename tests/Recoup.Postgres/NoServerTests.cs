namespace Recoup.Tests;

/// <summary>Stands for the suite where it can't run.</summary>
public sealed class NoServerTests
{
    [Fact(Skip = "there is no PostgreSQL server on this machine (Debian: postgresql); install it and build again to run the suite on it")]
    public void The_suite_on_postgresql() { }
}
