import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as fc from "fast-check"
import { jsonOfLong } from "../../src/values/JsonText.ts"

describe("jsonOfLong", () => {
  it("is the JSON of the same object, however its lists are parted into pages", () => {
    const lists = fc.dictionary(fc.string(), fc.array(fc.array(fc.jsonValue())), { noNullPrototype: true, maxKeys: 4 })
    fc.assert(fc.property(fc.jsonValue(), lists, (value, paged) => {
      const text = jsonOfLong(
        { value },
        Object.entries(paged).map(([name, pages]) => ({ name: `list ${name}`, pages: Stream.fromIterable(pages) }))
      )
      const whole = {
        value,
        ...Object.fromEntries(Object.entries(paged).map(([name, pages]) => [`list ${name}`, pages.flat()]))
      }
      assert.deepStrictEqual(
        JSON.parse(Effect.runSync(Stream.mkString(text))),
        JSON.parse(JSON.stringify(whole))
      )
    }))
  })
})
