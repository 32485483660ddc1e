import { assert, describe, it } from "@effect/vitest"
import {
  concludeEvent,
  concludeWaiting,
  erasableStates,
  receiveEvent,
  replayEvent,
  webhookStates
} from "../../src/money/WebhookEvent.ts"

const conclusion = { state: "done", outcome: "credited", reference: "app_store:1" } as const

describe("an event of an outside service", () => {
  it("is acted on by one job, and by a further one each time that it is replayed", () => {
    const awaited = [receiveEvent("e1"), receiveEvent("e1"), replayEvent("e1", "a"), replayEvent("e1", "b")]
    const ids = awaited.flatMap(({ jobs }) => jobs.map(({ id }) => id))
    assert.deepStrictEqual(ids, ["webhook e1", "webhook e1", "webhook e1 a", "webhook e1 b"])
    assert.deepStrictEqual(replayEvent("e1", "a").jobs[0]?.job, { _tag: "HandleWebhook", eventId: "e1" })
    assert.isTrue(awaited.every(({ state }) => state === "received"))
  })

  it("loses its body at its conclusion where its buyer was erased before", () => {
    for (const isPlayerErased of [false, true]) {
      const facts = { sender: "revenuecat", state: "received", isPlayerErased } as const
      assert.deepStrictEqual(concludeEvent(facts, conclusion), {
        ...conclusion,
        isBodyRemoved: isPlayerErased
      })
    }
  })

  it("loses its body once nothing is to be done about it, where it is about an identity check", () => {
    const facts = { sender: "kyc", state: "received", isPlayerErased: false } as const
    const removed = (["done", "ignored", "failed", "waiting"] as const).filter((state) =>
      concludeEvent(facts, { ...conclusion, state })?.isBodyRemoved === true
    )
    assert.deepStrictEqual(removed, ["done", "ignored"])
  })

  it("keeps its body through an erasure only until it is acted on", () => {
    const { state } = receiveEvent("e1")
    assert.deepStrictEqual(webhookStates.filter((other) => !erasableStates.includes(other)), [state])
  })

  it("that waits for its buyer is done once the purchase is credited", () => {
    assert.deepStrictEqual(concludeWaiting("credited"), { from: "waiting", state: "done", outcome: "credited" })
  })
})
