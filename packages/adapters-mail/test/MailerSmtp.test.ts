import { type Mail, Mailer, MailRefused } from "@ddd/core/ports/Mailer"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { letterHtml } from "../src/LetterHtml.ts"
import { letterText } from "../src/LetterText.ts"
import * as MailerSmtp from "../src/MailerSmtp.ts"
import { MailUnusable } from "../src/MailUnusable.ts"
import { previews } from "../src/Previews.ts"
import { mailServer, rawServer, refusal } from "./support/MailServer.ts"

const from = "Daily Dollar Draw <hello@draws.example.com>"

const aMail: Mail = {
  to: "marie@example.com",
  subject: "Grüße, \u{1F3B2}",
  text: "Open https://draws.example.com/verify-email?token=abc_-1 or not.\n",
  html: "<p>Öffne <a href=\"https://draws.example.com/verify-email?token=abc_-1\">das</a></p>",
  messageId: "welcome:0197"
}

const patience = { connectMillis: 2_000, silenceMillis: 2_000, mailMillis: 5_000 }

/** A part as it was before it went over the wire, where lines end in CR LF. */
const lines = (part = ""): string => part.replaceAll("\r\n", "\n").trim()

/** A mailer that lives as long as the test. */
const mailerTo = (url: string, options: Partial<MailerSmtp.MailerSmtpConfig> = {}) =>
  Effect.map(
    Layer.build(MailerSmtp.layer({ url: Redacted.make(url), from, patience, ...options })),
    (context) => Context.get(context, Mailer)
  )

const failureOf = (url: string, mail: Mail = aMail, options: Partial<MailerSmtp.MailerSmtpConfig> = {}) =>
  Effect.flatMap(mailerTo(url, options), (mailer) => Effect.flip(mailer.send(mail)))

const assertUnavailable = (failure: unknown, said: RegExp) => {
  assert.instanceOf(failure, Unavailable)
  assert.match(failure.message, said)
  assert.notInclude(failure.message, aMail.to)
  assert.isAbove(failure.retryAfter, 0)
}

describe("MailerSmtp", () => {
  it.live("tells a server what it can take of an address: the domain in ASCII, other letters only with SMTPUTF8", () =>
    Effect.gen(function*() {
      const plain = yield* mailServer({ hideSMTPUTF8: true })
      const mailer = yield* mailerTo(plain.url)
      yield* mailer.send({ ...aMail, to: "marie@bücher.example" })
      yield* mailer.send({ ...aMail, to: "marie@ｅｘａｍｐｌｅ.com" })
      // the stand-in shows recipients in Unicode, headers as they came
      assert.deepStrictEqual(plain.received.map(({ headers }) => headers.get("to")), [
        "marie@xn--bcher-kva.example",
        "marie@example.com"
      ])
      const refused = yield* Effect.flip(mailer.send({ ...aMail, to: "grüße@example.com" }))
      assert.instanceOf(refused, MailRefused)
      assert.strictEqual(plain.received.length, 2)

      const modern = yield* mailServer({ hideSMTPUTF8: false })
      yield* (yield* mailerTo(modern.url)).send({ ...aMail, to: "grüße@example.com" })
      assert.deepStrictEqual(modern.received.map(({ to }) => to), [["grüße@example.com"]])
    }))

  it.live("hands over subject, both parts and their links", () =>
    Effect.gen(function*() {
      const server = yield* mailServer()
      const mailer = yield* mailerTo(server.url)
      yield* mailer.send(aMail)
      const [mail] = server.received
      assert.strictEqual(server.received.length, 1)
      assert.strictEqual(mail?.from, "hello@draws.example.com")
      assert.deepStrictEqual(mail?.to, ["marie@example.com"])
      assert.strictEqual(mail?.headers.get("from"), from)
      assert.strictEqual(mail?.headers.get("to"), "marie@example.com")
      assert.match(mail?.headers.get("subject") ?? "", /^=\?UTF-8\?[BQ]\?/)
      assert.strictEqual(mail?.headers.get("auto-submitted"), "auto-generated")
      assert.strictEqual(mail?.parts.get("text/plain")?.trim(), aMail.text.trim())
      assert.strictEqual(mail?.parts.get("text/html")?.trim(), aMail.html)
    }))

  it.live("hands over every letter, as HTML and as text, letter for letter", () =>
    Effect.gen(function*() {
      const server = yield* mailServer()
      const mailer = yield* mailerTo(server.url)
      const received = yield* Effect.forEach(Object.entries(previews), ([template, letter]) =>
        Effect.gen(function*() {
          const [html, text] = [letterHtml(letter), letterText(letter)]
          yield* mailer.send({ to: "marie@example.com", subject: letter.subject, text, html, messageId: template })
          const mail = server.received.at(-1)
          assert.strictEqual(mail?.headers.get("subject"), letter.subject, template)
          assert.strictEqual(lines(mail?.parts.get("text/html")), html.trim(), template)
          // RFC 3676: a line of "-- " stands before the footer
          assert.strictEqual(lines(mail?.parts.get("text/plain")), text.trim(), template)
          return template
        }))
      assert.strictEqual(server.received.length, received.length)
    }))

  it.live("gives the attempts of one mail one Message-ID, and other mails others", () =>
    Effect.gen(function*() {
      const server = yield* mailServer()
      const mailer = yield* mailerTo(server.url)
      yield* mailer.send(aMail)
      yield* mailer.send(aMail)
      yield* mailer.send({ ...aMail, messageId: "welcome:0198" })
      const ids = server.received.map(({ headers }) => headers.get("message-id") ?? "")
      for (const id of ids) assert.match(id, /^<[0-9a-f]{32}@draws\.example\.com>$/)
      assert.strictEqual(ids[0], ids[1])
      assert.notStrictEqual(ids[0], ids[2])
    }))

  it.live("sends fifty mails at once over four connections", () =>
    Effect.gen(function*() {
      const server = yield* mailServer()
      const mailer = yield* mailerTo(server.url)
      yield* Effect.forEach(
        Array.from({ length: 50 }, (_, n) => ({ ...aMail, to: `p${n}@example.com`, messageId: `${n}` })),
        mailer.send,
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(server.received.flatMap(({ to }) => to)).size, 50)
      assert.isAtMost(server.connections(), 4)
    }))

  it.live("is put off by a greylisting server, and taken at the next try", () =>
    Effect.gen(function*() {
      let tries = 0
      const server = yield* mailServer({
        onRcptTo: (_, __, done) => done(++tries === 1 ? refusal(451, "4.7.1 <marie@example.com> come again") : null)
      })
      const mailer = yield* mailerTo(server.url)
      const failure = yield* Effect.flip(mailer.send(aMail))
      assertUnavailable(failure, /451.*to RCPT TO/)
      assert.isAtLeast(failure instanceof Unavailable ? failure.retryAfter : 0, 60)
      yield* mailer.send(aMail)
      assert.strictEqual(server.received.length, 1)
    }))

  it.live("is refused for good where the recipient or the content is, and the reason names nobody", () =>
    Effect.gen(function*() {
      const unknown = yield* mailServer({
        onRcptTo: (_, __, done) => done(refusal(550, "5.1.1 <marie@example.com> unknown"))
      })
      const refused = yield* failureOf(unknown.url)
      assert.instanceOf(refused, MailRefused)
      assert.strictEqual(refused.reason, "the mail server answered 550 5.1.1 to RCPT TO")

      const spam = yield* mailServer({
        onData: (stream, _, done) => {
          stream.resume()
          stream.on("end", () => done(refusal(554, "5.7.1 marie@example.com does not want this")))
        }
      })
      const unwanted = yield* failureOf(spam.url)
      assert.instanceOf(unwanted, MailRefused)
      assert.notInclude(unwanted.message, aMail.to)
    }))

  it.live("refuses what is no address, or more than one, and asks no server", () =>
    Effect.gen(function*() {
      const server = yield* mailServer()
      const mailer = yield* mailerTo(server.url)
      for (
        const to of [
          "",
          "a",
          "a@x.example,b@x.example",
          "a@x.example b@x.example",
          "b@x.example <a@x.example>",
          "a@x.example>\r\nRCPT TO:<b@x.example",
          "friends: a@x.example;"
        ]
      ) {
        assert.instanceOf(yield* Effect.flip(mailer.send({ ...aMail, to })), MailRefused)
      }
      assert.deepStrictEqual(server.received, [])
      assert.strictEqual(server.connections(), 0)
    }))

  it.live("writes to addresses in any alphabet", () =>
    Effect.gen(function*() {
      const server = yield* mailServer()
      const mailer = yield* mailerTo(server.url)
      yield* mailer.send({ ...aMail, to: "jörg@bücher.example" })
      assert.match(server.received[0]?.to.join() ?? "", /^jörg@(?:bücher|xn--bcher-kva)\.example$/)
    }))

  it.live("waits where the server refuses us and not the mail: password, sender", () =>
    Effect.gen(function*() {
      const password = yield* mailServer({
        authOptional: false,
        allowInsecureAuth: true,
        onAuth: (_, __, done) => done(refusal(535, "5.7.8 wrong"))
      })
      assertUnavailable(
        yield* failureOf(password.url.replace("//", "//user:p%40ss@")),
        /535 to AUTH|535 5\.7\.8 to AUTH/
      )
      const sender = yield* mailServer({ onMailFrom: (_, __, done) => done(refusal(550, "5.7.1 not you")) })
      assertUnavailable(yield* failureOf(sender.url), /550 5\.7\.1 to MAIL FROM/)
    }))

  it.live("signs in with the user and the password of the URL", () =>
    Effect.gen(function*() {
      const server = yield* mailServer({
        authOptional: false,
        allowInsecureAuth: true,
        onAuth: ({ password, username }, _, done) =>
          done(username === "user@x" && password === "p@ss:/%" ? null : refusal(535, "wrong"), { user: "user" })
      })
      const mailer = yield* mailerTo(server.url.replace("//", "//user%40x:p%40ss%3A%2F%25@"))
      yield* mailer.send(aMail)
      assert.strictEqual(server.received.length, 1)
    }))

  it.live("is unavailable where there is no server", () =>
    Effect.gen(function*() {
      const gone = yield* Effect.scoped(Effect.map(mailServer(), ({ url }) => url))
      assertUnavailable(yield* failureOf(gone), /ESOCKET|ECONNECTION/)
    }))

  it.live("gives up on a server that says nothing", () =>
    Effect.gen(function*() {
      const url = yield* rawServer(() => {})
      const failure = yield* failureOf(url, aMail, { patience: { ...patience, connectMillis: 200 } })
      assertUnavailable(failure, /ETIMEDOUT/)
    }))

  it.live("gives up on a server that takes the mail and does not answer", () =>
    Effect.gen(function*() {
      const server = yield* mailServer({ onData: (stream) => stream.resume() })
      const failure = yield* failureOf(server.url, aMail, { patience: { ...patience, silenceMillis: 200 } })
      assertUnavailable(failure, /ETIMEDOUT/)
    }))

  it.live("gives up on a server that keeps talking and never comes to the point", () =>
    Effect.gen(function*() {
      const url = yield* rawServer((socket, line) => {
        if (line === null) {
          socket.write("220 here\r\n")
          return
        }
        const talk = setInterval(() => socket.write("250-and another thing\r\n"), 20)
        socket.on("close", () => clearInterval(talk))
      })
      const failure = yield* failureOf(url, aMail, { patience: { ...patience, mailMillis: 300 } })
      assertUnavailable(failure, /took too long/)
    }))

  it.live("gives no mail to a server elsewhere without TLS, or with a certificate of nobody's", () =>
    Effect.gen(function*() {
      // the same machine by a name that does not say so
      const elsewhere = (port: number, scheme = "smtp") => `${scheme}://[::ffff:127.0.0.1]:${port}`
      const open = yield* mailServer()
      assertUnavailable(yield* failureOf(elsewhere(open.port)), /ETLS|to STARTTLS/)
      const selfSigned = yield* mailServer({ disabledCommands: [], logger: false })
      assertUnavailable(yield* failureOf(elsewhere(selfSigned.port)), /ETLS|ESOCKET/)
      const secure = yield* mailServer({ secure: true, logger: false })
      assertUnavailable(yield* failureOf(elsewhere(secure.port, "smtps")), /ETLS|ESOCKET/)
      for (const { received } of [open, selfSigned, secure]) assert.deepStrictEqual(received, [])

      const mailer = yield* mailerTo(`${elsewhere(open.port)}?tls=off`)
      yield* mailer.send(aMail)
      assert.strictEqual(open.received.length, 1)
    }))

  it.live("says which setting cannot be used", () =>
    Effect.gen(function*() {
      const ofUrl = yield* Effect.flip(mailerTo("http://mail.example.com"))
      assert.deepInclude(ofUrl, { variable: "SMTP_URL" })
      const ofSender = yield* Effect.flip(mailerTo("smtp://127.0.0.1", { from: "nobody" }))
      assert.instanceOf(ofSender, MailUnusable)
      assert.strictEqual(ofSender.variable, "MAIL_FROM")
    }))
})
