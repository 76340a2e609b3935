namespace Recoup.Tests.Sending;

/// <summary>
/// Mail as servers and people send it back, written for these tests in the forms that are known of them. In each, @ID@
/// stands for the id of our message, with its angle brackets.
/// </summary>
internal static class ReturnedForms
{
    /// <param name="Name">Who writes so, and of what.</param>
    /// <param name="What">As it must be read; null: a person must look.</param>
    public sealed record Form(string Name, string? What, string? Status, string Mail);

    private const string Server = "From: Mail Delivery Subsystem <mailer-daemon@mx.example>\nTo: bounces@creditor.example\n";

    private const string Person = "From: Jane Doe <jane.doe@customer.example>\nTo: ar@creditor.example\nSubject: Re: Payment reminder\nIn-Reply-To: @ID@\n";

    private static string Mixed(string boundary, string status, string original = "Content-Type: text/rfc822-headers\n\nMessage-ID: @ID@\n",
        string type = "mixed", string statusType = "message/delivery-status") =>
        $"Content-Type: multipart/{type}; boundary=\"{boundary}\"\n\n--{boundary}\nContent-Type: text/plain\n\nSorry.\n\n--{boundary}\n"
        + $"Content-Type: {statusType}\n\n{status}\n\n--{boundary}\n{original}\n--{boundary}--\n";

    private static string Fields(string status, string? diagnostic = null, string action = "failed") =>
        $"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; "
        + $"jane.doe@customer.example\nAction: {action}\nStatus: {status}\n{(diagnostic is null ? "" : $"Diagnostic-Code: {diagnostic}\n")}";

    /// <summary>A recipient's fields; <paramref name="original"/> is whom the mail had been for, null where it is not said.</summary>
    private static string Group(string final, string? original, string action, string status) =>
        (original is null ? "" : $"Original-Recipient: rfc822;{original}\n") + $"Final-Recipient: rfc822; {final}\nAction: {action}\nStatus: {status}\n";

    public static readonly IReadOnlyList<Form> Failures =
    [
        new("status part in a mixed mail", "bounced hard", "5.1.1", Server + "Subject: Undelivered Mail\n"
            + Mixed("b", Fields("5.1.1", "smtp; 550 5.1.1 User unknown"))),
        new("status part in an alternative mail", "bounced hard", "5.1.1", Server + "Subject: Undelivered Mail\n"
            + Mixed("b", Fields("5.1.1"), type: "alternative")),
        new("report without its type", "bounced hard", "5.1.2", Server + "Subject: x\n" + Mixed("b", Fields("5.1.2"), type: "report")),
        new("status part of other letters (RFC 6533)", "bounced hard", "5.1.1", Server + "Subject: x\n"
            + Mixed("b", Fields("5.1.1"), statusType: "message/global-delivery-status")),
        new("status in a part of the wrong type", "bounced hard", "5.1.1", Server + "Subject: Undeliverable\n"
            + Mixed("b", Fields("5.1.1", "smtp; 550 5.1.1 unknown"), statusType: "text/plain")),
        new("Exchange Online, null MX", "bounced hard", "5.1.10", Server + "Subject: Undeliverable: Payment reminder\n" + Mixed("b",
            Fields("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient jane.doe@customer.example not found by SMTP address lookup"),
            type: "report; report-type=delivery-status")),
        new("Exchange Online, directory-based blocking", "bounced hard", "5.4.1", Server + "Subject: Undeliverable\n"
            + Mixed("b", Fields("5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"))),
        new("Exchange Online, no such domain", "bounced hard", "5.4.310", Server + "Subject: Undeliverable\n"
            + Mixed("b", Fields("5.4.310", "smtp;550 5.4.310 DNS domain customer.example does not exist [Message=InfoDomainNonexistent]"))),
        new("Exchange Online, remote user unknown", "bounced hard", "5.1.351", Server + "Subject: Undeliverable\n"
            + Mixed("b", Fields("5.1.351", "smtp;550 5.1.351 Remote server returned unknown recipient or mailbox unavailable"))),
        new("Postfix, no such domain", "bounced hard", "5.4.4", Server + "Subject: Undelivered Mail Returned to Sender\n"
            + Mixed("b", Fields("5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=customer.example type=AAAA: Host not found"))),
        new("vague status, plain words", "bounced hard", "5.0.0", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("5.0.0", "smtp; 550 no such user here"))),
        new("wrong status, right words", "bounced hard", "5.7.1", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("5.7.1", "smtp; 554 5.7.1 <jane.doe@customer.example>: Recipient address rejected: user unknown"))),
        new("Outlook.com", "bounced hard", "5.5.0", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("5.5.0", "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)"))),
        new("Yahoo", "bounced hard", "5.0.0", Server + "Subject: Failure Notice\n"
            + Mixed("b", Fields("5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.example account (jane.doe@yahoo.example) [0]"))),
        new("German words in a report", "bounced hard", "5.0.0", Server + "Subject: Unzustellbar\n"
            + Mixed("b", Fields("5.0.0", "smtp; 550 Empfänger unbekannt"))),
        new("over quota by a hard status", "bounced soft", "5.1.1", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("5.1.1", "smtp; 552 5.1.1 jane.doe mailbox is full"))),
        new("policy that speaks of the mailbox", "bounced soft", "5.0.0", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("5.0.0", "smtp; 550 Requested action not taken: mailbox unavailable. Reject due to policy restrictions."))),
        new("our own address refused", "bounced soft", "5.1.8", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("5.1.8", "smtp; 550 5.1.8 Access denied, bad outbound sender"))),
        new("greylisted for too long", "bounced soft", "4.7.1", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("4.7.1", "smtp; 451 4.7.1 Greylisting in action, please come back later"))),
        new("expired on the way", "bounced soft", "5.4.7", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("5.4.7", "smtp; 554 5.4.7 delivery time expired"))),
        new("blocked as spam", "bounced soft", "5.7.1", Server + "Subject: Undelivered\n"
            + Mixed("b", Fields("5.7.1", "smtp; 550 5.7.1 Message blocked by spam filter; the recipient does not like it"))),

        new("qmail", "bounced hard", "5.1.1", "From: MAILER-DAEMON@customer.example\nSubject: failure notice\n\n"
            + "Hi. This is the qmail-send program at customer.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
            + "<jane.doe@customer.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
            + "Return-Path: <bounces@creditor.example>\nMessage-ID: @ID@\n\nThe mailbox is full of unknown users.\n"),
        new("qmail, no such host", "bounced hard", "5.1.2", "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n<jane.doe@customer.example>:\n"
            + "Sorry, I couldn't find any host named customer.example. (#5.1.2)\n\n--- Below this line is a copy of the message.\n\nMessage-ID: @ID@\n"),
        new("qmail, no connection", "bounced soft", "4.4.1", "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n"
            + "<jane.doe@customer.example>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; "
            + "this message has been in the queue too long.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: @ID@\n"),
        new("qmail, full", "bounced soft", null, "From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n<jane.doe@customer.example>:\n"
            + "The users mailfolder is over the allowed quota (size). (#5.2.2)\n\n--- Below this line is a copy of the message.\n\nMessage-ID: @ID@\n"),
        new("Exim", "bounced hard", null, Server
            + "Subject: Mail delivery failed: returning message to sender\nX-Failed-Recipients: jane.doe@customer.example\nAuto-Submitted: auto-replied\n\n"
            + "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n"
            + "recipients. This is a permanent error. The following address(es) failed:\n\n  jane.doe@customer.example\n    Unrouteable address\n\n"
            + "------ This is a copy of the message, including all the headers. ------\n\nMessage-Id: @ID@\n"),
        new("Exim, told by the other server", "bounced hard", null, Server + "Subject: Mail delivery failed: returning message to sender\n"
            + "X-Failed-Recipients: jane.doe@customer.example\n\nThe following address(es) failed:\n\n  jane.doe@customer.example\n"
            + "    host mx.customer.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<jane.doe@customer.example>:\n"
            + "    550 unknown user\n\n------ This is a copy of the message's headers. ------\n\nMessage-ID: @ID@\n"),
        new("Exim, full", "bounced soft", null, Server
            + "Subject: Mail delivery failed: returning message to sender\nX-Failed-Recipients: jane.doe@customer.example\n\n  jane.doe@customer.example\n"
            + "    mailbox is full: retry timeout exceeded\n\n------ This is a copy of the message's headers. ------\n\nMessage-ID: @ID@\n"),
        new("SmarterMail", "bounced hard", "5.1.1", "From: System Administrator <postmaster@creditor.example>\nSubject: Delivery Failure\n"
            + "In-Reply-To: @ID@\n\nCould not deliver message to the following recipient(s):\n\nFailed Recipient: jane.doe@customer.example\n"
            + "Reason: Remote host said: 550 5.1.1 The email account that you tried to reach does not exist.\n"),
        new("Exchange 2003", "bounced hard", "5.1.1", "From: System Administrator <postmaster@customer.example>\nSubject: Undeliverable: Payment reminder\n"
            + "References: @ID@\n\nYour message\n\n  To:      jane.doe@customer.example\n  Subject: Payment reminder\n\n"
            + "did not reach the following recipient(s):\n\njane.doe@customer.example on Thu, 5 Feb 2026 11:05:00 +0100\n"
            + "    The e-mail account does not exist at the organization this message was sent to.\n    <mx.customer.example #5.1.1>\n"),
        new("Exchange, German", "bounced hard", null,
            "From: Systemadministrator <postmaster@customer.example>\nSubject: Unzustellbar: Zahlungserinnerung\nReferences: @ID@\nContent-Type: text/plain; "
            + "charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nFehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\n"
            + "jane.doe@customer.example\nDie von Ihnen eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die Adresse.\n"),
        new("Office 365, page only", "bounced hard", null, "From: Microsoft Outlook <postmaster@creditor.example>\nSubject: Undeliverable: Payment reminder\n"
            + "In-Reply-To: @ID@\nContent-Type: text/html; charset=utf-8\n\n<html><head><style>.full { quota: exceeded }</style></head><body><p>Your message "
            + "to jane.doe@customer.example couldn't be delivered.</p><div><b>jane.doe</b> wasn't found at <b>customer.example</b>.</div></body></html>\n"),
        new("Gmail", "bounced hard", "5.1.1", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\n"
            + "Subject: Delivery Status Notification (Failure)\nReferences: @ID@\nIn-Reply-To: @ID@\nX-Failed-Recipients: jane.doe@customer.example\n\n"
            + "** Address not found **\n\nYour message wasn't delivered to jane.doe@customer.example because the address couldn't be found, or is unable to "
            + "receive mail.\n\nThe response from the remote server was:\n550 5.1.1 The email account that you tried to reach does not exist.\n"),
        new("Gmail, full", "bounced soft",
            "5.2.2", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\nSubject: Delivery Status Notification (Failure)\nIn-Reply-To: @ID@\n"
                + "X-Failed-Recipients: jane.doe@customer.example\n\nThe response was:\n552 5.2.2 The email account that you tried to reach is over quota.\n"),
        new("Domino", "bounced hard", null, "From: Mail Router <postmaster@customer.example>\nSubject: DELIVERY FAILURE: User "
            + "jane.doe (jane.doe@customer.example) not listed in Domino Directory\nReferences: @ID@\n\nYour message\n\n  Subject: Payment reminder\n\nwas not "
            + "delivered to:\n\n  jane.doe@customer.example\n\nbecause:\n\n  User jane.doe (jane.doe@customer.example) not listed in Domino Directory\n"),
        new("Sendmail", "bounced hard", "5.1.1", Server + "Subject: Returned mail: see transcript for details\nAuto-Submitted: auto-generated (failure)\n\n"
            + "The original message was received at Thu, 5 Feb 2026 11:05:00 +0100\n\n   ----- The following addresses had permanent fatal errors -----\n"
            + "<jane.doe@customer.example>\n    (reason: 550 5.1.1 <jane.doe@customer.example>... User unknown)\n\nMessage-ID: @ID@\n"),
        new("Postfix, German words around", "bounced hard", null, "From: MAILER-DAEMON@mx.example\nSubject: Mail konnte nicht zugestellt werden\n\n"
            + "Ihre Nachricht konnte nicht zugestellt werden.\n\n<jane.doe@customer.example>: Unbekannter Empfänger\n\nMessage-ID: @ID@\n"),
        new("German, full", "bounced soft", null, "From: MAILER-DAEMON@mx.example\nSubject: Unzustellbare Nachricht\nIn-Reply-To: @ID@\n\n"
            + "Die Nachricht konnte nicht zugestellt werden: Das Postfach von jane.doe@customer.example ist voll.\n"),
        new("base64 text", "bounced hard", "5.1.1", "From: MAILER-DAEMON@mx.example\nSubject: =?utf-8?B?VW56dXN0ZWxsYmFy?=\nIn-Reply-To: @ID@\nContent-Type: "
            + "text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + Convert.ToBase64String("550 5.1.1 Der Empfänger ist unbekannt."u8) + "\n"),
        new("a daemon without a known subject", "bounced hard", null,
            "From: MAILER-DAEMON@customer.example\nSubject: Report\nIn-Reply-To: @ID@\n\n<jane.doe@customer.example>: (User unknown)\n"),
        new("a daemon whose words nobody knows", null, null,
            "From: MAILER-DAEMON@customer.example\nSubject: Sanomaa ei voitu toimittaa\nIn-Reply-To: @ID@\n\nVastaanottajaa ei ole.\n"),
        new("Gmail, no such domain", "bounced hard", null,
            "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\nSubject: Delivery Status Notification (Failure)\nIn-Reply-To: @ID@\n\n"
            + "** Address not found **\n\nYour message wasn't delivered to jane.doe@customer.example because the domain customer.example couldn't be found. "
            + "Check for typos or unnecessary spaces and try again.\n\n"
            + "DNS Error: DNS type 'mx' lookup of customer.example responded with code NXDOMAIN\n"),
        new("come back another day, though there may be a typing error", "bounced soft", null,
            Server + "Subject: Undelivered\nIn-Reply-To: @ID@\n\nThe server is busy. Check for typos and try again. Then try again later.\n"),
        new("Japanese", "bounced hard", null, Notice("配信不能", "宛先のメールアドレスが存在しません。")),
        new("Japanese, no such user", "bounced hard", null, Notice("メールを配信できませんでした", "次のユーザーは見つかりませんでした: jane.doe@customer.example")),
        new("Japanese, full", "bounced soft", null, Notice("配信エラー", "受信者のメールボックスの容量を超過しています。")),
        new("French", "bounced hard", null, Notice("Échec de la remise : rappel", "L'adresse de messagerie que vous avez entrée est introuvable.")),
        new("French, full", "bounced soft", null, Notice("Non remis", "La boîte aux lettres du destinataire est pleine.")),
        new("Spanish", "bounced hard", null, Notice("No se puede entregar: recordatorio", "No se encontró la dirección de correo jane.doe@customer.example.")),
        new("Spanish, full", "bounced soft", null, Notice("No se pudo entregar", "El buzón del destinatario está lleno.")),
        new("Italian", "bounced hard", null, Notice("Mancato recapito", "Utente jane.doe@customer.example sconosciuto.")),
        new("Dutch", "bounced hard", null, Notice("Onbestelbaar: herinnering", "De ontvanger jane.doe@customer.example is onbekend")),
        new("Portuguese", "bounced hard", null, Notice("Não entregue: lembrete", "O endereço jane.doe@customer.example não foi encontrado.")),
        new("a postmaster whose Polish has lost its marks", "bounced hard", "5.1.1", "From: postmaster@customer.example\n"
            + "Subject: Brak mozliwosci doreczenia\nIn-Reply-To: @ID@\n\nWiadomosc do jane.doe@customer.example nie dotarla.\n\n"
            + "<jane.doe@customer.example>: 550 5.1.1 Uzytkownik nieznany\n"),
        new("the same, and full", "bounced soft", "5.2.2", "From: Administrator <postmaster@customer.example>\nSubject: Nie mozna dostarczyc wiadomosci\n"
            + "In-Reply-To: @ID@\n\nSkrzynka jest przepelniona: 552-5.2.2\n"),
        new("Polish without its marks, and no code", null, null, Notice("Nie mozna dostarczyc: przypomnienie", "Wiadomosc nie dotarla.")),
        new("delivered to one address and refused at another of two recipients", "bounced hard", "5.1.1", Server + "Subject: Undelivered Mail\n"
            + Mixed("b", $"Reporting-MTA: dns; mx.example\n\n{Group("boss@customer.example", "boss@customer.example", "delivered", "2.1.5")}\n"
                + Group("jane.doe@customer.example", "jane.doe@customer.example", "failed", "5.1.1"))),
        new("no words that say which", null, null, "From: MAILER-DAEMON@mx.example\nSubject: Undelivered mail\nIn-Reply-To: @ID@\n\nSomething happened.\n"),
    ];

    public static readonly IReadOnlyList<Form> Others =
    [
        new("a note of delay as a report", "delay", null, Server + "Subject: Delayed Mail (still being retried)\n"
            + Mixed("b", Fields("4.4.1", "X-Postfix; connection timed out", "delayed"))),
        new("a note of delay in words",
            "delay", null, Server + "Subject: Warning: message 1rXyZ delayed 24 hours\n\nThis message was created automatically by mail delivery software.\n"
                + "A message that you sent has not yet been delivered to jane.doe@customer.example: user unknown yet.\n\nMessage-ID: @ID@\n"),
        new("a note of delay from Gmail", "delay", null, "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>\nSubject: Delivery Status "
            + "Notification (Delay)\nIn-Reply-To: @ID@\n\nThere was a temporary problem delivering your message. Gmail will retry for 46 more hours.\n"),
        new("a note of delay in German", "delay", null, "From: postmaster@mx.example\nSubject: Zustellung verzögert\nIn-Reply-To: @ID@\n\n"
            + "Ihre Nachricht wurde noch nicht zugestellt. Es sind weitere Zustellversuche vorgesehen.\n"),
        new("it arrived", "receipt", null, Server + "Subject: Delivery Status Notification (Success)\n" + Mixed("b", Fields("2.1.5", null, "delivered"))),
        .. new[] { "delivered", "relayed", "expanded" }.SelectMany(action => new[] { "jane.doe@customer.example", null }.Select(original =>
            new Form($"{action} to one address behind {original ?? "it"} and refused at another", "receipt", null, Server + "Subject: Undelivered Mail\n"
                + Mixed("b", $"Reporting-MTA: dns; mx.example\n\n{Group("former@customer.example", original, "failed", "5.1.1")}\n"
                    + Group("assistant@customer.example", original?.ToUpperInvariant(), action, "2.1.5"))))),
        new("a person at a postmaster's address who quotes a server", null, null,
            "From: Jane Doe <postmaster@customer.example>\nSubject: Re: Payment reminder\nIn-Reply-To: @ID@\n\nWe paid.\n\n> 550 5.1.1 no such user\n"),
        new("it was read", "receipt", null, Person
            + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nYour message was read.\n"
            + "--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n"),
        new("out of office by RFC 3834", "automatic answer", null, Person
            + "Auto-Submitted: auto-replied\n\nI am away until Monday. To unsubscribe from life, call 550 5.1.1.\n"),
        new("out of office, X-Autoreply", "automatic answer", null, Person + "X-Autoreply: yes\n\nBack on Monday.\n"),
        new("out of office, Precedence", "automatic answer", null, Person + "Precedence: auto_reply\n\nBack on Monday.\n"),
        new("out of office, Exchange", "automatic answer", null, Person + "X-Auto-Response-Suppress: All\n\nBack on Monday.\n"),
        new("out of office by subject", "automatic answer", null, "From: jane.doe@customer.example\nSubject: Automatic reply: Payment reminder\n"
            + "In-Reply-To: @ID@\n\nI do not work here any more; this mailbox is not read.\n"),
        new("out of office in German", "automatic answer", null,
            "From: jane.doe@customer.example\nSubject: Abwesenheitsnotiz: Zahlungserinnerung\nIn-Reply-To: @ID@\n\nIch bin im Urlaub. STOP\n"),
        new("out of office in German by Exchange", "automatic answer", null, "From: jane.doe@customer.example\n"
            + "Subject: =?utf-8?Q?Automatische_Antwort=3A_Zahlungserinnerung?=\nIn-Reply-To: @ID@\n\nIch bin bis Montag nicht im =?Haus.\n"),
        new("out of office in Japanese", "automatic answer", null,
            "From: jane.doe@customer.example\nSubject: 自動応答: Payment reminder\nIn-Reply-To: @ID@\nContent-Type: text/plain; charset=utf-8\n\n月曜日まで不在です。\n"),
        new("a note of delay in French", "delay", null,
            Notice("Remise retardée : rappel", "La remise de ce message n'a pas encore abouti.")),
        new("out of office of somebody else's mail", "automatic answer", null,
            "From: x@y.example\nSubject: Out of Office: Lunch\nIn-Reply-To: <other@y.example>\n\nAway.\n"),
    ];

    /// <summary>What a person writes above the quote, and whether it asks for no more mail.</summary>
    public static readonly TheoryData<string, bool> Answers = new()
    {
        { "STOP", true }, { "Stop.", true }, { "unsubscribe", true }, { "Please unsubscribe me from this list. Thanks, Jane", true }, { "abmelden", true },
        { "Bitte abmelden!", true }, { "Hallo,\n\nbitte abmelden\n\nJane Doe\nCustomer Inc", true },
        { "Please remove me from your mailing list.", true }, { "Stop sending me emails", true }, { "Bitte keine weiteren E-Mails", true },
        { "Bitte nehmen Sie mich aus Ihrem Verteiler", true }, { "Ich möchte mich abmelden.\n\nVon meinem iPhone gesendet", true },
        { "Thanks, paid.", false }, { "", false },
        { "Please do not unsubscribe me.", false }, { "Bitte nicht abmelden", false }, { "Stop calling it a debt", false }, { "How do I unsubscribe?", false },
        { "We want to unsubscribe from the premium plan and get our money back", false },
        { "The unsubscribe link does not work, but never mind: when is it due", false }, { "Wir haben den Vertrag gekündigt und wollten uns abmelden", false },
        { "Paid.\n\n-- \nJane\nunsubscribe", false }, { "Paid.\n> reply STOP to unsubscribe", false },
        { "Bezahlt.\n\nAm Do., 5. Feb. 2026 um 11:05 schrieb Creditor <ar@creditor.example>:\nabmelden", false },
        { "Paid.\n\n-----Original Message-----\nFrom: ar@creditor.example\nunsubscribe", false },
        { "Paid.\n\nOn Thursday, the 5th of February 2026, Creditor Inc\n<ar@creditor.example> wrote:\n\nSTOP", false },
        { "Bezahlt.\n\nVon: ar@creditor.example\nGesendet: Donnerstag\nAbmelden", false },
        { string.Join(' ', Enumerable.Repeat("We paid the invoice last week and wonder why you write to us at all.", 4)) + " Please unsubscribe us.", false },
    };

    private static string Notice(string subject, string text) =>
        $"From: postmaster@customer.example\nSubject: {subject}\nIn-Reply-To: @ID@\nContent-Type: text/plain; charset=utf-8\n\n{text}\n";

    public static string Answer(string text) => Person + "Content-Type: text/plain; charset=utf-8\n\n" + text + "\n";

    public static string PageAnswer(string html) => Person + "Content-Type: text/html; charset=utf-8\n\n" + html + "\n";
}
