import { assert, describe, it } from "@effect/vitest"
import { concludeEvent, replayJob, webhookJob } from "../../src/money/WebhookEvent.ts"

const conclusion = { state: "done", outcome: "credited", reference: "app_store:1" } as const

describe("an event of an outside service", () => {
  it("is acted on by one job, and by a further one each time that it is replayed", () => {
    const ids = [webhookJob("e1"), webhookJob("e1"), replayJob("e1", "a"), replayJob("e1", "b")].map(({ id }) => id)
    assert.deepStrictEqual(ids, ["webhook e1", "webhook e1", "webhook e1 a", "webhook e1 b"])
    assert.deepStrictEqual(replayJob("e1", "a").job, { _tag: "HandleWebhook", eventId: "e1" })
  })

  it("loses its body at its conclusion where its buyer was erased before", () => {
    assert.deepStrictEqual(concludeEvent(conclusion, false), { ...conclusion, isBodyRemoved: false })
    assert.deepStrictEqual(concludeEvent(conclusion, true), { ...conclusion, isBodyRemoved: true })
  })
})
