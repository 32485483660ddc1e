/** What every adapter of `WebhookInbox` must do. */
import { identityReferenceOf } from "@ddd/core/accounts/IdentityCheck"
import type { WebhookEvent } from "@ddd/core/money/WebhookEvent"
import { Accounts } from "@ddd/core/ports/Accounts"
import { type NewWebhookEvent, WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { utf8Bytes } from "@ddd/core/values/Bytes"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { pagesOf } from "../scenario/Pages.ts"
import { present, signUp, times } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { exportOf, jobsOf } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const unknownId = "01900000-0000-7000-8000-00000000dead"

const anEvent: NewWebhookEvent = {
  sender: "revenuecat",
  eventId: "evt_1",
  type: "INITIAL_PURCHASE",
  body: utf8Bytes(`\ufeff{"note":"Grüße, 日本"}`)
}

/** Keeps an event, and gives it as it is kept. */
const receive = Effect.fnUntraced(function*(event: NewWebhookEvent) {
  const inbox = yield* WebhookInbox
  assert.deepStrictEqual(yield* inbox.receive(event), { isNew: true })
  return present((yield* inbox.list({}, { limit: 1, cursor: null })).items[0])
})

/** The ids of the events that jobs are to act on, oldest first. */
const toBeHandled = Effect.map(jobsOf("HandleWebhook"), (jobs) => jobs.map(({ eventId }) => eventId))

export const webhookInboxContract = (subject: Subject): void =>
  contract("WebhookInbox", subject, (it) => {
    it(
      "keeps an event as it came, with a job that acts on it",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const { now } = yield* World
        const before = yield* now
        const kept = yield* receive(anEvent)
        assert.isTrue(before <= kept.receivedAt && kept.receivedAt <= (yield* now))
        const expected: WebhookEvent = {
          ...anEvent,
          id: kept.id,
          body: `\ufeff{"note":"Grüße, 日本"}`,
          state: "received",
          outcome: null,
          reference: null,
          receivedAt: kept.receivedAt,
          handledAt: null
        }
        assert.deepStrictEqual(kept, expected)
        assert.deepStrictEqual(yield* inbox.find(kept.id), kept)
        assert.deepStrictEqual(yield* toBeHandled, [kept.id])
        assert.isNull(yield* inbox.find(unknownId))
      })
    )

    it(
      "keeps an event of one sender once, ever, also where it comes twenty times at the same time",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const answers = yield* times(20, inbox.receive(anEvent))
        assert.strictEqual(answers.filter(({ isNew }) => isNew).length, 1)
        assert.deepStrictEqual(yield* inbox.receive({ ...anEvent, type: "other", body: utf8Bytes("other") }), {
          isNew: false
        })
        // another sender's events are others
        assert.deepStrictEqual(yield* inbox.receive({ ...anEvent, sender: "stripe" }), { isNew: true })
        const events = (yield* pagesOf(10, (page) => inbox.list({}, page))).flat()
        assert.deepStrictEqual(events.map(({ sender, type }) => [sender, type]), [
          ["stripe", "INITIAL_PURCHASE"],
          ["revenuecat", "INITIAL_PURCHASE"]
        ])
        assert.deepStrictEqual(yield* toBeHandled, events.map(({ id }) => id).toReversed())
      })
    )

    it(
      "writes down what came of an event",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const { now } = yield* World
        const kept = yield* receive(anEvent)
        const other = yield* receive({ ...anEvent, eventId: "evt_2" })
        const before = yield* now
        yield* inbox.conclude(kept.id, { state: "waiting", outcome: "nobody yet", reference: "app_store:1" })
        const waiting = present(yield* inbox.find(kept.id))
        const { handledAt } = waiting
        assert.isTrue(before <= present(handledAt) && present(handledAt) <= (yield* now))
        assert.deepStrictEqual(waiting, {
          ...kept,
          state: "waiting",
          outcome: "nobody yet",
          reference: "app_store:1",
          handledAt
        })
        yield* inbox.conclude(kept.id, { state: "done", outcome: "credited", reference: "app_store:1" })
        assert.strictEqual((yield* inbox.find(kept.id))?.state, "done")
        // somebody who acted on it at the same time, and was slower
        for (const state of ["waiting", "failed", "ignored"] as const) {
          yield* inbox.conclude(kept.id, { state, outcome: "too late", reference: "app_store:1" })
        }
        assert.deepInclude(yield* inbox.find(kept.id), { state: "done", outcome: "credited" })
        assert.deepStrictEqual(yield* inbox.find(other.id), other)
        yield* inbox.conclude(unknownId, { state: "done", outcome: "nothing", reference: null })
        // what it says may quote its sender
        yield* inbox.conclude(other.id, { state: "failed", outcome: "odd\0 one", reference: null })
        assert.strictEqual((yield* inbox.find(other.id))?.outcome, "odd\\u{0} one")
      })
    )

    it(
      "lists events newest first, by sender and state, page by page",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const ids: Array<string> = []
        for (const i of [1, 2, 3, 4, 5]) {
          const sender = i % 2 === 0 ? "stripe" : "revenuecat"
          ids.push((yield* receive({ ...anEvent, sender, eventId: `evt_${i}` })).id)
        }
        for (const id of ids.slice(0, 2)) {
          yield* inbox.conclude(id, { state: "failed", outcome: "odd", reference: null })
        }
        const listed = (filter: Parameters<typeof inbox.list>[0]) =>
          Effect.map(
            pagesOf(2, (page) => inbox.list(filter, page)),
            (pages) => pages.flat().map(({ eventId }) => eventId)
          )
        assert.deepStrictEqual(yield* listed({}), ["evt_5", "evt_4", "evt_3", "evt_2", "evt_1"])
        assert.deepStrictEqual(yield* listed({ sender: "revenuecat" }), ["evt_5", "evt_3", "evt_1"])
        assert.deepStrictEqual(yield* listed({ state: "failed" }), ["evt_2", "evt_1"])
        assert.deepStrictEqual(yield* listed({ state: "received", sender: "stripe" }), ["evt_4"])
        assert.deepStrictEqual(yield* listed({ state: "done" }), [])
      })
    )

    it(
      "has an event acted on once more, each time that it is asked to",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const { id } = yield* receive(anEvent)
        yield* inbox.conclude(id, { state: "failed", outcome: "odd", reference: null })
        assert.isTrue(yield* inbox.replay(id, byAnn))
        assert.strictEqual((yield* inbox.find(id))?.state, "received")
        assert.isTrue(yield* inbox.replay(id, byAnn))
        assert.deepStrictEqual(yield* toBeHandled, [id, id, id])
        assert.isFalse(yield* inbox.replay(unknownId, byAnn))
      })
    )

    it(
      "takes an event off the list of those that a person looks at, once, and no other",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const { id } = yield* receive(anEvent)
        assert.isFalse(yield* inbox.dismiss(id, byAnn))
        yield* inbox.conclude(id, { state: "failed", outcome: "odd", reference: "app_store:1" })
        assert.isTrue(yield* inbox.dismiss(id, byAnn))
        const { outcome, reference, state } = present(yield* inbox.find(id))
        assert.deepStrictEqual([state, outcome, reference], [
          "ignored",
          "dismissed by an operator; failed before: odd",
          "app_store:1"
        ])
        assert.isFalse(yield* inbox.dismiss(id, byAnn))
        assert.isFalse(yield* inbox.dismiss(unknownId, byAnn))
      })
    )

    it(
      "keeps a message about an identity check only until nothing is to be done about it, and nothing of who is erased",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const ada = yield* signUp("ada")
        const message = (eventId: string) => receive({ ...anEvent, sender: "kyc", eventId })
        const bodyOf = (id: string) => Effect.map(inbox.find(id), (event) => present(event).body)
        const about = { outcome: "odd", reference: identityReferenceOf(ada), userId: ada }
        const [done, failed, early, late] = [
          yield* message("msg_1"),
          yield* message("msg_2"),
          yield* message("msg_3"),
          yield* message("msg_4")
        ]
        yield* inbox.conclude(done.id, { ...about, state: "done" })
        yield* inbox.conclude(failed.id, { ...about, state: "failed" })
        assert.deepStrictEqual([yield* bodyOf(done.id), (yield* bodyOf(failed.id)) === ""], ["", false])
        assert.isTrue(yield* inbox.dismiss(failed.id, byAnn))
        assert.strictEqual(yield* bodyOf(failed.id), "")
        yield* inbox.conclude(early.id, { ...about, state: "failed" })
        const told = present(yield* exportOf(ada))["identityMessages"]
        assert.deepStrictEqual(
          Array.isArray(told) ? told.map(({ body, eventId }) => [eventId, body !== ""]) : told,
          [["msg_1", false], ["msg_2", false], ["msg_3", true]]
        )
        // one is acted on before the erasure, the other after it
        yield* Accounts.use((accounts) => accounts.erase(ada, byAnn))
        yield* inbox.conclude(late.id, { ...about, state: "failed" })
        assert.deepStrictEqual([yield* bodyOf(early.id), yield* bodyOf(late.id)], ["", ""])
      })
    )
  })
