/** `@ddd/client/browser`: what a browser gives the client. */
import { DddError } from "./Errors.ts"
import type { KeyValueStorage, LockPort, PresencePort, Random } from "./Ports.ts"

/** Longer than anything that the client does under a lock. Milliseconds. */
const lockMillis = 180_000

/** One holder at a time among all tabs; of no other page, since names are of an origin. */
const webLocks = (locks: LockManager): LockPort => ({
  hold: async (name, work) => {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(new Error("another tab does not let go")), lockMillis)
    try {
      return await locks.request(name, { signal: controller.signal }, () => {
        clearTimeout(timer)
        return work()
      })
    } finally {
      clearTimeout(timer)
    }
  }
})

/** What an event of the database's ends in. */
const resultOf = <A>(request: IDBRequest<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result))
    request.addEventListener("error", () => reject(request.error ?? new Error("the database failed")))
  })

/**
 * IndexedDB, not localStorage: each tab has a copy of that, which may be older than what another tab wrote before it let go of the lock.
 */
const databaseStorage = (tabs: BroadcastChannel): KeyValueStorage => {
  let opened: Promise<IDBDatabase> | undefined
  const open = async (): Promise<IDBDatabase> => {
    const request = indexedDB.open("ddd", 1)
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore("texts"))
    const database = await resultOf(request)
    // it is opened anew after the browser has closed it
    database.addEventListener("close", () => {
      opened = undefined
    })
    return database
  }
  const within = async <A>(mode: IDBTransactionMode, ask: (texts: IDBObjectStore) => IDBRequest<A>): Promise<A> => {
    opened ??= open()
    const database = await opened.catch((error: unknown) => {
      opened = undefined
      throw error
    })
    // on the disk before it is said to be kept: a key without its request could be lost otherwise
    const transaction = database.transaction("texts", mode, { durability: "strict" })
    const result = await resultOf(ask(transaction.objectStore("texts")))
    if (mode === "readonly") return result
    return await new Promise((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve(result))
      transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("the database gave up")))
    })
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin, and takes none
  const announce = () => tabs.postMessage("written")
  return {
    getItem: async (name) => {
      const text: unknown = await within("readonly", (texts) => texts.get(name))
      return typeof text === "string" ? text : null
    },
    setItem: async (name, value) => {
      await within("readwrite", (texts) => texts.put(value, name))
      announce()
    },
    removeItem: async (name) => {
      await within("readwrite", (texts) => texts.delete(name))
      announce()
    }
  }
}

/** `tabs`: where each tab tells the others what it has written. */
const presenceOf = (tabs: BroadcastChannel): PresencePort => (tell) => {
  const shared = () => tell("shared")
  const seen = () => tell(document.visibilityState === "visible" ? "active" : "background")
  const online = () => tell("online")
  const offline = () => tell("offline")
  tabs.addEventListener("message", shared)
  document.addEventListener("visibilitychange", seen)
  addEventListener("online", online)
  addEventListener("offline", offline)
  return () => {
    tabs.removeEventListener("message", shared)
    document.removeEventListener("visibilitychange", seen)
    removeEventListener("online", online)
    removeEventListener("offline", offline)
  }
}

/**
 * The ports of this page, for `makeClient`. All tabs of an origin share one session, and follow each other. Throws `storage` where the
 * browser has no Web Locks: on a page that came over HTTP from another machine.
 */
export const browserPorts = (): {
  readonly storage: KeyValueStorage
  readonly lock: LockPort
  readonly random: Random
  readonly presence: PresencePort
} => {
  const { locks }: { readonly locks?: LockManager } = navigator
  if (locks === undefined) {
    throw new DddError("storage", "This page has no Web Locks: serve it over HTTPS, or from localhost.")
  }
  const tabs = new BroadcastChannel("ddd")
  return {
    storage: databaseStorage(tabs),
    lock: webLocks(locks),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    presence: presenceOf(tabs)
  }
}
