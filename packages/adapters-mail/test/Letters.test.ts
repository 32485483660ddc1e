import { instant } from "@ddd/core/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import * as fc from "fast-check"
import type { Letter } from "../src/Letter.ts"
import { letterHtml } from "../src/LetterHtml.ts"
import * as Letters from "../src/Letters.ts"
import { letterText } from "../src/LetterText.ts"
import { linksOf } from "../src/Links.ts"
import { previews } from "../src/Previews.ts"

const token = "x".repeat(43)

const lettersTo = (username: string, newAddress: string): ReadonlyArray<Letter> => {
  const addressee = { username, links: linksOf("https://draws.example.com") }
  const invitation = { ...addressee, token: Redacted.make(token), until: instant(Date.UTC(2026, 1, 3, 11)) }
  return [
    Letters.welcome(invitation),
    Letters.verifyAddress(invitation),
    Letters.resetPassword(invitation),
    Letters.passwordChanged(addressee),
    Letters.addressChanged({ ...addressee, newAddress })
  ]
}

/** The markup of a page without its words. */
const tagsOf = (html: string): ReadonlyArray<string> => html.match(/<[^>]*>/g) ?? []

const typed = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'&amp;&lt;",
    "</style></head>",
    "a\r\n\r\nhttps://evil.example"
  )
)

describe("Letters", () => {
  it("keep their markup and their lines whatever a player calls themselves", () => {
    const plain = lettersTo("marie", "maria@sorbonne")
    fc.assert(fc.property(typed, typed, (username, address) => {
      for (const [index, letter] of lettersTo(username, address).entries()) {
        const expected = plain[index] ?? letter
        assert.deepStrictEqual(tagsOf(letterHtml(letter)), tagsOf(letterHtml(expected)))
        assert.strictEqual(
          letterText(letter).split(/\r\n|[\r\n\u0085\u2028\u2029]/).length,
          letterText(expected).split("\n").length
        )
      }
    }))
  })

  it("say the same in both parts", () => {
    const decoded = (html: string) =>
      html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", "\"").replaceAll("&#39;", "'")
        .replaceAll("&amp;", "&")
    for (const letter of lettersTo("O'Neill & <Sons>", "a&b@example.com")) {
      const html = decoded(letterHtml(letter))
      const text = letterText(letter)
      for (const block of letter.blocks) {
        const words = block._tag === "Button"
          ? [block.label, block.url]
          : block._tag === "Facts"
          ? block.rows.flat()
          : [block.text]
        for (const word of words) {
          assert.include(html, word)
          assert.include(text, word)
        }
      }
    }
  })

  it("lead to the page that takes the token, and nowhere else", () => {
    const [welcome, verify, reset, password, address] = lettersTo("marie", "maria@sorbonne.example").map((letter) =>
      [...letterHtml(letter).matchAll(/href="([^"]*)"/g)].map(([, url]) => url)
    )
    const toVerify = `https://draws.example.com/verify-email?token=${token}`
    assert.deepStrictEqual(new Set(welcome), new Set([toVerify]))
    assert.deepStrictEqual(new Set(verify), new Set([toVerify]))
    assert.deepStrictEqual(new Set(reset), new Set([`https://draws.example.com/reset-password?token=${token}`]))
    assert.deepStrictEqual(new Set(password), new Set(["https://draws.example.com/reset-password"]))
    assert.deepStrictEqual(new Set(address), new Set(["https://draws.example.com/reset-password"]))
  })

  it("say until when a link works", () => {
    for (const letter of lettersTo("marie", "").slice(0, 3)) {
      assert.include(letterText(letter), "until 3 February 2026 at 11:00 UTC")
    }
  })

  it("load nothing from anywhere", () => {
    for (const letter of Object.values(previews)) {
      assert.notMatch(letterHtml(letter), /\ssrc=|url\(|@import|<link|<script/)
    }
  })
})
