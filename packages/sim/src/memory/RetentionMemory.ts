/** Removes old rows in memory. Batches of sales are not kept there. */
import { finalStates } from "@ddd/core/money/WebhookEvent"
import { Retention } from "@ddd/core/ports/Retention"
import type { Instant } from "@ddd/core/values/Instant"
import { oldAt, type RetainedKind } from "@ddd/core/values/Retention"
import { Effect, Layer } from "effect"
import { Store } from "./Store.ts"

type Stored = Store["Service"]

/** Removes up to `limit` rows that are as old as `before`, or older; gives how many. `timeOf`: null where a row stays. */
const removeOld = <K, V>(
  rows: Map<K, V>,
  timeOf: (row: V) => Instant | null,
  before: Instant,
  limit: number
): number => {
  const old = [...rows].flatMap(([key, row]) => {
    const at = timeOf(row)
    return at !== null && at <= before ? [{ key, at }] : []
  }).toSorted((a, b) => a.at - b.at).slice(0, limit)
  for (const { key } of old) rows.delete(key)
  return old.length
}

/** Removes sessions that have no tokens any more. */
const removeEmptySessions = (store: Stored, before: Instant): number => {
  const named = new Set([...store.refreshTokens.values()].map(({ sessionId }) => sessionId))
  return removeOld(
    store.sessions,
    ({ endedAt, id, lastUsedAt }) => named.has(id) ? null : endedAt ?? lastUsedAt,
    before,
    store.sessions.size
  )
}

const prunes: Record<RetainedKind, (store: Stored, before: Instant, limit: number) => number> = {
  "kept answers": (store, before, limit) => removeOld(store.answers, ({ keptAt }) => keptAt, before, limit),
  "sale batches": () => 0,
  "refresh tokens": (store, before, limit) => {
    const removed = removeOld(store.refreshTokens, ({ issuedAt }) => issuedAt, before, limit)
    if (removed > 0) removeEmptySessions(store, before)
    return removed
  },
  "ended sessions": (store, before, limit) => {
    const isOver = (id: Parameters<typeof store.sessions.get>[0]): boolean =>
      (store.sessions.get(id)?.endedAt ?? Number.POSITIVE_INFINITY) <= before
    const tokens = removeOld(
      store.refreshTokens,
      ({ issuedAt, sessionId }) => isOver(sessionId) ? issuedAt : null,
      before,
      limit
    )
    return tokens + removeEmptySessions(store, before)
  },
  "mailed tokens": (store, before, limit) => removeOld(store.mailedTokens, ({ usedAt }) => usedAt, before, limit),
  throttles: (store, before, limit) => removeOld(store.throttles, ({ failedAt }) => failedAt, before, limit),
  "known networks": (store, before, limit) => removeOld(store.knownNetworks, (seenAt) => seenAt, before, limit),
  "webhook bodies": (store, before, limit) => {
    const old = [...store.webhookEvents.values()].filter(({ body, handledAt, state }) =>
      finalStates.includes(state) && body !== "" && handledAt !== null && handledAt <= before
    ).slice(0, limit)
    for (const event of old) store.webhookEvents.set(event.id, { ...event, body: "" })
    return old.length
  },
  // they go by themselves
  "request counts": () => 0,
  "excluded names": (store, before, limit) => removeOld(store.excludedNames, ({ until }) => until, before, limit),
  devices: (store, before, limit) => removeOld(store.devices, ({ putAt }) => putAt, before, limit),
  "push messages": (store, before, limit) => removeOld(store.pushMessages, ({ until }) => until, before, limit)
}

export const layer: Layer.Layer<Retention, never, Store> = Layer.effect(
  Retention,
  Effect.map(Store, (store) =>
    Retention.of({
      prune: (kind, limit) =>
        store.exclusive(Effect.sync(() => {
          const rows = prunes[kind](store, oldAt(kind, store.now()), limit)
          return { rows, isMore: rows >= limit }
        }))
    }))
)
