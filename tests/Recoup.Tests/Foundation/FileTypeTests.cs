using System.Text;
using Recoup.Core.Evidence;

namespace Recoup.Tests.Foundation;

/// <summary>What a file is says its content; its name has to say the same, and nothing but itself.</summary>
public sealed class FileTypeTests
{
    private static byte[] Bytes(string latin) => Encoding.Latin1.GetBytes(latin);

    [Theory]
    [InlineData("a.pdf", "%PDF-1.7\n…", "pdf")]
    [InlineData("A.PDF", "%PDF-1.4", "pdf")]
    [InlineData("a.png", "\u0089PNG\r\n\u001a\n\0\0", "png")]
    [InlineData("a.jpg", "\u00ff\u00d8\u00ff\u00e0\0", "jpeg")]
    [InlineData("a.jpeg", "\u00ff\u00d8\u00ff\u00db", "jpeg")]
    [InlineData("a.txt", "received, Müller", "txt")]
    [InlineData("a.csv", "a;b\r\n1;2", "csv")]
    [InlineData("a.eml", "Received: from x\r\n\r\n<html><script>", "eml")]
    [InlineData("notes.pdf.txt", "text", "txt")]
    public void It_is_what_its_first_bytes_say(string name, string content, string type)
    {
        FileType.ProblemOfName(name).ShouldBeNull();
        FileType.Of(name, Bytes(content), out var problem)?.Name.ShouldBe(type, problem);
        problem.ShouldBeNull();
    }

    [Theory]
    [InlineData("a.pdf", "", "is empty")]
    [InlineData("a.pdf", "PDF-1.7", "should hold pdf, and it holds txt")]
    [InlineData("a.pdf", "\u0089PNG\r\n\u001a\n", "should hold pdf, and it holds png")]
    [InlineData("a.png", "%PDF-1.7", "should hold png, and it holds pdf")]
    [InlineData("a.txt", "%PDF-1.7", "should hold txt, and it holds pdf")]
    [InlineData("a.jpg", "GIF89a\u0001", "is of a type that is not taken")]
    [InlineData("a.pdf", "MZ\u0090\0", "is of a type that is not taken")]
    [InlineData("a.txt", "PK\u0003\u0004", "is of a type that is not taken")]
    [InlineData("a.csv", "a\0b\0", "as text in UTF-8")]
    [InlineData("a.eml", "Dear Sir or Madam", "does not begin as a mail does")]
    [InlineData("a.eml", ": no name", "does not begin as a mail does")]
    [InlineData("a.txt", "ok\npaid by 4111 1111 1111 1111", "a payment card number in line 2")]
    public void Anything_else_is_told_with_what_mends_it(string name, string content, string problem)
    {
        FileType.Of(name, Bytes(content), out var found).ShouldBeNull();
        found.ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void The_largest_has_ten_megabytes()
    {
        var content = new byte[FileType.BytesMax + 1];
        "%PDF-"u8.CopyTo(content);
        FileType.Of("a.pdf", content.AsSpan(..^1), out _)?.Name.ShouldBe("pdf");
        FileType.Of("a.pdf", content, out var problem).ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain("has 10485761 bytes");
    }

    [Theory]
    [InlineData("../../etc/cron.d/x.txt", "has a path in it")]
    [InlineData("Ablage\\pod.pdf", "has a path in it")]
    [InlineData("/pod.pdf", "has a path in it")]
    [InlineData("pod\u202Efdp.txt", "has a character that no screen shows")]
    [InlineData("pod\u0007.txt", "has a character that no screen shows")]
    [InlineData("pod.exe", "ends with none of .pdf")]
    [InlineData("pod.html", "ends with none of .pdf")]
    [InlineData("pod.svg", "ends with none of .pdf")]
    [InlineData("pod", "ends with none of .pdf")]
    [InlineData("..", "ends with none of .pdf")]
    [InlineData(".pdf", "ends with none of .pdf")]
    [InlineData("pod.pdf.", "ends with none of .pdf")]
    public void A_name_is_a_files_own(string name, string problem) => FileType.ProblemOfName(name).ShouldNotBeNull().ShouldContain(problem);
}
