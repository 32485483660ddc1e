import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { closeCodes } from "../../src/live/CloseCodes.ts"
import { events } from "../../src/live/Events.ts"
import { messageMembers, parseMessage } from "../../src/live/Protocol.ts"
import { asyncApiDocument } from "../../src/operator/AsyncApiDocument.ts"
import { at } from "../support/Server.ts"
import { undescribedFields } from "../support/Undescribed.ts"

const document = asyncApiDocument(new URL("https://lottery.example.com"))
const messages = Object(at(document, "components", "messages"))

describe("the AsyncAPI document", () => {
  it("has every message and every event, and no other", () => {
    assert.sameMembers(Object.keys(messages), [...Object.keys(messageMembers), ...Object.keys(events)])
    assert.deepStrictEqual(at(document, "servers", "this"), { host: "lottery.example.com", protocol: "wss" })
  })

  it("describes each with every field, and an example", () => {
    assert.deepStrictEqual(undescribedFields(document, messages, ""), [])
    for (const [name, message] of Object.entries(messages)) {
      assert.isNotEmpty(at(message, "summary"), name)
      assert.isObject(at(message, "examples", 0, "payload"), name)
    }
  })

  it("has examples that the server takes", () => {
    for (const type of Object.keys(messageMembers)) {
      const example = at(messages, type, "examples", 0, "payload")
      assert.strictEqual(parseMessage(JSON.stringify(example))._tag, "Success", type)
    }
  })

  it("has every code that the server closes with", () => {
    const sources = join(import.meta.dirname, "../../src")
    const closed = globSync("{live,engine}/**/*.ts", { cwd: sources }).flatMap((file) =>
      Array.from(readFileSync(join(sources, file), "utf8").matchAll(/close\((\d{4})/g), ([, code]) => code)
    )
    const byWs = ["1002", "1007"] // which reads the frames
    assert.sameMembers([...new Set(closed), ...byWs], Object.keys(closeCodes))
  })
})
