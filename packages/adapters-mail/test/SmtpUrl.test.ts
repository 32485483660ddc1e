import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { readSmtpUrl } from "../src/SmtpUrl.ts"

const read = (text: string) => {
  const result = readSmtpUrl(Redacted.make(text))
  if (Result.isFailure(result)) return result.failure.message
  const { credentials, ...server } = result.success
  return {
    ...server,
    credentials: credentials && [credentials.user, Redacted.value(credentials.password)]
  }
}

describe("SMTP_URL", () => {
  it("wants TLS from everyone but this machine, unless told otherwise", () => {
    assert.deepStrictEqual(read("smtps://mail.example.com"), {
      host: "mail.example.com",
      port: 465,
      tls: "from the start",
      credentials: null
    })
    assert.deepInclude(read("smtp://mail.example.com"), { port: 587, tls: "required" })
    assert.deepInclude(read("smtp://relay:2525?tls=off"), { host: "relay", port: 2525, tls: "off" })
    for (const here of ["localhost", "127.0.0.1", "[::1]"]) {
      assert.deepInclude(read(`smtp://${here}:1025`), { port: 1025, tls: "off" })
    }
    assert.deepInclude(read("smtp://localhost.example.com"), { tls: "required" })
    assert.deepInclude(read("smtp://127.0.0.1.example.com"), { tls: "required" })
  })

  it("reads what is percent-encoded in user and password", () => {
    assert.deepInclude(read("smtps://me%40x:p%2Fw%3A%25@mail.example.com"), { credentials: ["me@x", "p/w:%"] })
  })

  it("refuses what it does not know, and quotes none of it", () => {
    for (
      const text of [
        "mail.example.com:25",
        "https://secret@mail.example.com",
        "smtp://",
        "smtp://mail.example.com/secret",
        "smtp://mail.example.com?tls=secret",
        "smtps://mail.example.com?tls=off",
        "smtp://mail.example.com?pool=secret",
        "smtp://user:secret%@mail.example.com",
        "smtp://:secret@mail.example.com"
      ]
    ) {
      const answer = read(text)
      assert.match(typeof answer === "string" ? answer : "", /^SMTP_URL: /, text)
      assert.notInclude(answer, "secret")
    }
  })
})
