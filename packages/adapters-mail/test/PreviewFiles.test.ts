import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { letterHtml } from "../src/LetterHtml.ts"
import { letterText } from "../src/LetterText.ts"
import { MailUnusable } from "../src/MailUnusable.ts"
import { previewFiles } from "../src/PreviewFiles.ts"
import { previews } from "../src/Previews.ts"
import { parse } from "./support/MailServer.ts"

describe("PreviewFiles", () => {
  it.live("are a letter as it looks, as it reads, and as a mail program gets it", () =>
    Effect.gen(function*() {
      for (const [template, letter] of Object.entries(previews)) {
        const [html, text, eml] = yield* previewFiles("no-reply@localhost", template, letter)
        assert.deepStrictEqual(html, { name: `${template}.html`, content: letterHtml(letter) })
        assert.deepStrictEqual(text, { name: `${template}.txt`, content: letterText(letter) })
        assert.strictEqual(eml?.name, `${template}.eml`)
        const { headers, parts } = parse(Buffer.from(eml?.content ?? "").toString())
        assert.strictEqual(headers.get("from"), "no-reply@localhost")
        assert.deepStrictEqual([...parts.keys()], ["text/plain", "text/html"])
      }
    }))

  it.live("need a sender that mail can be from", () =>
    Effect.gen(function*() {
      const [[template, letter] = assert.fail("there are letters")] = Object.entries(previews)
      assert.instanceOf(yield* Effect.flip(previewFiles("nobody", template, letter)), MailUnusable)
    }))
})
