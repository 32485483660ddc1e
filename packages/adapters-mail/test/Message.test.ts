import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readSender } from "../src/Message.ts"

describe("MAIL_FROM", () => {
  it("is a name and an address, or the address alone", () => {
    assert.deepStrictEqual(
      readSender("Daily Dollar Draw <hello@draws.example.com>"),
      Result.succeed({ name: "Daily Dollar Draw", address: "hello@draws.example.com", domain: "draws.example.com" })
    )
    assert.deepStrictEqual(
      readSender("no-reply@localhost"),
      Result.succeed({ name: "", address: "no-reply@localhost", domain: "localhost" })
    )
  })

  it("is nothing else", () => {
    for (
      const text of [
        "",
        "hello",
        "a@x.example, b@x.example",
        "Draws <>",
        "Draws <a b@x.example>",
        "a@x.example\r\nBcc: b@x.example"
      ]
    ) {
      assert.isTrue(Result.isFailure(readSender(text)), JSON.stringify(text))
    }
  })
})
