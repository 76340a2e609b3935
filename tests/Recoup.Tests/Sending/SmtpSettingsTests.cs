using System.Reflection;
using Recoup.Connectors.Mail;
using Recoup.Core.Foundation;

namespace Recoup.Tests.Sending;

/// <summary>channels.yaml: every field does something, and nothing else passes.</summary>
public sealed class SmtpSettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("recoup-channels-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private SmtpSettings Parse(string yaml) => SmtpSettings.Parse(yaml, "channels.yaml", folder);

    private string Wrong(string yaml) => Should.Throw<YamlException>(() => Parse(yaml)).Message;

    private const string Full = """
        email:
          smtp:
            host: mail.example.com
            port: 2525
            tls: implicit
            ca_file: ca.pem
            user: recoup
            password_file: secret
            auth_without_tls: true
            hello: recoup.example.com
            connections: 3
            messages_per_connection: 7
          bounces_to: bounces@example.com
          per_domain_a_minute: 30
          timeouts: { connect_seconds: 4, answer_seconds: 5, data_seconds: 6 }
          retry: { first_minutes: 7, longest_minutes: 80, give_up_hours: 9 }
          unsubscribe:
            mail_to: stop@example.com
            one_click: https://pay.example.com/unsubscribe
        """;

    [Fact]
    public void Every_field_is_read()
    {
        File.WriteAllText(Path.Combine(folder, "ca.pem"), "");
        File.WriteAllText(Path.Combine(folder, "secret"), "gehe:im\n");
        var read = Parse(Full);
        read.Password!().ShouldBe("gehe:im");
        (read with { Password = null }).ShouldBe(new SmtpSettings
        {
            Host = "mail.example.com", Port = 2525, Tls = "implicit", CaFile = Path.Combine(folder, "ca.pem"), User = "recoup", AuthWithoutTls = true,
            Hello = "recoup.example.com", Connections = 3, MessagesPerConnection = 7,
            BouncesTo = "bounces@example.com", PerDomainAMinute = 30, ConnectTimeout = TimeSpan.FromSeconds(4),
            AnswerTimeout = TimeSpan.FromSeconds(5), DataTimeout = TimeSpan.FromSeconds(6),
            RetryFirst = TimeSpan.FromMinutes(7), RetryLongest = TimeSpan.FromMinutes(80), RetryGiveUp = TimeSpan.FromHours(9),
            UnsubscribeTo = "stop@example.com", OneClick = new Uri("https://pay.example.com/unsubscribe"),
        });
        // Nothing that can be set was left at what it is by default.
        var plain = Parse("email: { smtp: { host: other } }");
        foreach (var property in typeof(SmtpSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance))
            property.GetValue(read).ShouldNotBe(property.GetValue(plain), property.Name);
    }

    [Fact]
    public void The_page_about_it_shows_every_field_and_is_read_as_it_stands()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "sending.md"));
        var shown = page.Split("```yaml\n")[1].Split("```")[0];
        File.WriteAllText(Path.Combine(folder, "ca.pem"), "");
        Parse(shown).BouncesTo.ShouldBe("bounces@example.com");
        foreach (System.Text.RegularExpressions.Match field in System.Text.RegularExpressions.Regex.Matches(Full, @"\b([a-z_]+):( |\n)",
            System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)))
            shown.ShouldContain(field.Groups[1].Value);
        // What it says is so by default.
        var plain = Parse("email: { smtp: { host: h } }");
        (Parse(shown) with
        {
            Host = plain.Host,
            CaFile = null,
            User = null,
            Password = null,
            Hello = null,
            BouncesTo = null,
            UnsubscribeTo = null,
            OneClick = null,
        }).ShouldBe(plain);
    }

    [Theory]
    [InlineData("starttls", 587)]
    [InlineData("implicit", 465)]
    [InlineData("optional", 587)]
    [InlineData("none", 25)]
    public void The_port_follows_the_kind_of_encryption(string tls, int port) => Parse($"email: {{ smtp: {{ host: h, tls: {tls} }} }}").Port.ShouldBe(port);

    [Theory]
    [InlineData("mail: {}", "channels.yaml, line 1: email is missing")]
    [InlineData("email:\n  smtp: { host: h }\nfax: {}", "line 3: 'fax' is no field here")]
    [InlineData("email:\n  smtp:\n    host: h\n    pasword_env: X", "line 4: 'pasword_env' is no field here; did you mean 'password_env'?")]
    [InlineData("email:\n  smtp:\n    host: h\n    password: x", "line 4: 'password' is no field here")]
    [InlineData("email:\n  smtp: { port: 25 }", "host is missing")]
    [InlineData("email:\n  smtp: { host: h, user: u }", "with a user goes password_env or password_file")]
    [InlineData("email:\n  smtp: { host: h, user: u, password_env: A, password_file: b }", "either password_env or password_file")]
    [InlineData("email:\n  smtp: { host: h, tls: none, user: u, password_env: A }", "anybody on the way could read the password")]
    [InlineData("email:\n  smtp: { host: h, ca_file: nowhere.pem }", "there is no file")]
    [InlineData("email:\n  smtp: { host: h, hello: 'a b' }", "is no name of a machine")]
    [InlineData("email:\n  smtp: { host: h }\n  bounces_to: nobody", "line 3: 'nobody' is no mail address")]
    [InlineData("email:\n  smtp: { host: h }\n  unsubscribe: { one_click: 'http://x.example/u' }", "begins with https://")]
    [InlineData("email:\n  smtp: { host: h }\n  retry: { first_minutes: 60, longest_minutes: 5 }", "is less than first_minutes")]
    [InlineData("email:\n  smtp: { host: h }\n  retry: { first: 60 }", "'first' is no field here")]
    [InlineData("email:\n  smtp: { host: h }\n  timeouts: { data_seconds: 0 }", "a whole number from 1 to 3600")]
    public void What_is_wrong_is_refused_by_name_and_line(string yaml, string message) => Wrong(yaml).ShouldContain(message);

    [Fact]
    public void A_password_that_is_not_there_says_where_it_was_looked_for()
    {
        var settings = Parse("email:\n  smtp:\n    host: h\n    user: u\n    password_env: RECOUP_TEST_NOT_SET");
        Should.Throw<SmtpException>(() => settings.Password!())
            .Message.ShouldBe("the environment has no RECOUP_TEST_NOT_SET, from which channels.yaml, line 5 takes the password");
        Should.Throw<SmtpException>(() => Parse("email:\n  smtp: { host: h, user: u, password_file: nowhere }").Password!())
            .Message.ShouldContain("takes the password from a file that can't be read");
    }

    [Fact]
    public void Without_the_file_there_are_no_settings() => SmtpSettings.Load(folder).ShouldBeNull();

    // --- the throttle ---

    private DomainThrottle Throttle(int perMinute = 2) => new(Path.Combine(folder, "throttle.json"), perMinute, "ws1");

    private static readonly DateTimeOffset Now = new(2026, 4, 20, 7, 30, 0, TimeSpan.Zero);

    [Fact]
    public void So_many_a_minute_and_domain()
    {
        var throttle = Throttle();
        throttle.Admits("a@one.example", Now).ShouldBeTrue();
        throttle.Admits("b@ONE.example", Now.AddSeconds(30)).ShouldBeTrue();
        throttle.Admits("c@one.example", Now.AddSeconds(59)).ShouldBeFalse();
        throttle.Admits("c@two.example", Now.AddSeconds(59)).ShouldBeTrue();
        // The first is a minute ago, the second is not.
        throttle.Admits("c@one.example", Now.AddSeconds(60)).ShouldBeTrue();
        throttle.Admits("d@one.example", Now.AddSeconds(61)).ShouldBeFalse();
    }

    [Fact]
    public void It_counts_over_processes_and_names_no_domain()
    {
        var first = Throttle();
        first.Admits("a@one.example", Now).ShouldBeTrue();
        first.Admits("b@one.example", Now).ShouldBeTrue();
        first.Save(Now);
        File.ReadAllText(Path.Combine(folder, "throttle.json")).ShouldNotContain("one");
        Throttle().Admits("c@one.example", Now.AddSeconds(10)).ShouldBeFalse();
        first.Admits("c@one.example", Now.AddSeconds(10)).ShouldBeFalse();
        Throttle().Admits("c@one.example", Now.AddSeconds(60)).ShouldBeTrue();
        File.WriteAllText(Path.Combine(folder, "throttle.json"), "{");
        Throttle().Admits("c@one.example", Now).ShouldBeTrue();
    }
}
