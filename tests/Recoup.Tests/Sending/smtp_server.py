"""A real SMTP server (aiosmtpd) on loopback for tests. What it does with a message, its recipient says:

  refuse@    550 5.1.1 at RCPT TO, repeating the address    policy@   550 5.7.1 at RCPT TO
  busy@      451 4.7.1 at RCPT TO                           nodata@   554 5.6.0 at the end of the message
  later@     452 4.3.1 at the end of the message            slow@     answers the end of the message after --delay
  drop@      takes the message, then drops the connection   cut@      drops the connection instead of 354
  closing@   421 4.3.2 at RCPT TO, then closes

Prints its port, then runs until its standard input ends. Everything it takes lies in FOLDER: 0001.eml and so on, and
log.ndjson with a line for each connection, command and message.
"""
import argparse, asyncio, json, os, ssl, sys, threading, time

from aiosmtpd.smtp import SMTP, AuthResult

options = argparse.ArgumentParser()
options.add_argument("folder")
options.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
options.add_argument("--cert")
options.add_argument("--key")
options.add_argument("--user")
options.add_argument("--password")
options.add_argument("--without", action="append", default=[], help="an AUTH mechanism not to offer")
options.add_argument("--size", type=int, default=33554432)
options.add_argument("--utf8", action="store_true")
options.add_argument("--pipelining", action="store_true")
options.add_argument("--refuse-sender", action="store_true")
options.add_argument("--delay", type=float, default=0)
options.add_argument("--per-connection", type=int, default=0, help="closes the connection after so many messages")
options.add_argument("--silent", action="store_true", help="takes connections and says nothing")
o = options.parse_args()

taken = 0
open_now = 0


def log(**entry):
    with open(os.path.join(o.folder, "log.ndjson"), "a") as f:
        f.write(json.dumps(entry) + "\n")


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        if o.pipelining:
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if o.refuse_sender:
            return "550 5.7.60 this client may not send as that sender"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        local = address.split("@")[0].split("+")[0]
        log(event="rcpt", to=address)
        if local == "refuse":
            return f"550 5.1.1 <{address}>: no mailbox {local} here, says {address.split('@')[1]}"
        if local == "policy":
            return "550 5.7.1 refused by policy"
        if local == "busy":
            return "451 4.7.1 greylisted, try again later"
        if local == "closing":
            asyncio.get_event_loop().call_soon(server.transport.close)
            return "421 4.3.2 closing for maintenance"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        global taken
        local = envelope.rcpt_tos[0].split("@")[0].split("+")[0]
        if local == "nodata":
            return "554 5.6.0 that message is not wanted"
        if local == "later":
            return "452 4.3.1 no room, try again later"
        taken += 1
        name = f"{taken:04d}.eml"
        with open(os.path.join(o.folder, name), "wb") as f:
            f.write(envelope.original_content)
        log(event="message", file=name, sender=envelope.mail_from, to=envelope.rcpt_tos, options=envelope.mail_options, tls=server.transport.get_extra_info("cipher") is not None,
            auth=str(session.auth_data) if session.auth_data else None, ehlo=session.host_name, connection=id(session), at=time.time())
        if local == "drop":
            server.transport.abort()
            return "250 never heard"
        if local == "slow":
            await asyncio.sleep(o.delay)
        session.count = getattr(session, "count", 0) + 1
        if o.per_connection and session.count >= o.per_connection:
            asyncio.get_event_loop().call_soon(server.transport.close)
        return f"250 2.0.0 OK, queued as Q{taken:04d}"


class Server(SMTP):
    def connection_made(self, transport):
        global open_now
        if not getattr(self, "counted", False):
            self.counted = True
            open_now += 1
            log(event="connection", open=open_now)
        super().connection_made(transport)

    def connection_lost(self, error):
        global open_now
        if getattr(self, "counted", False):
            self.counted = False
            open_now -= 1
        super().connection_lost(error)

    async def smtp_DATA(self, arg):
        if self.envelope.rcpt_tos and self.envelope.rcpt_tos[0].startswith("cut"):
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == o.user.encode() and data.password == o.password.encode()
    log(event="auth", by=mechanism, good=good)
    return AuthResult(success=good, handled=False, auth_data=f"{mechanism} {o.user}" if good else None)


def protocol():
    if o.silent:
        return asyncio.Protocol()
    return Server(Handler(), hostname="mx.test.example", data_size_limit=o.size, enable_SMTPUTF8=o.utf8, tls_context=context if o.tls == "starttls" else None,
                  require_starttls=o.tls == "starttls", auth_required=o.user is not None, auth_require_tls=o.tls == "starttls", auth_exclude_mechanism=o.without,
                  authenticator=authenticate if o.user else None)


def wait_for_end():
    sys.stdin.read()
    os._exit(0)


context = None
if o.tls != "none":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(o.cert, o.key)
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=context if o.tls == "implicit" else None))
print(server.sockets[0].getsockname()[1], flush=True)
threading.Thread(target=wait_for_end, daemon=True).start()
loop.run_forever()
