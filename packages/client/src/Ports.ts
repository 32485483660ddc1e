/** What the client is given by the platform it runs on. It touches no global of its own accord, but where a port is left out. */
import { DddError } from "./Errors.ts"

/**
 * Keeps texts by name, through restarts: React Native's AsyncStorage is one as it is. What one holder of the lock has written, the next one
 * must read, which `localStorage` does not promise between tabs.
 */
export interface KeyValueStorage {
  getItem(name: string): string | null | Promise<string | null>
  setItem(name: string, value: string): void | Promise<void>
  removeItem(name: string): void | Promise<void>
}

/**
 * Lets one piece of work at a time hold a name, among all who share the storage: the Web Locks of a browser's tabs. A holder that dies lets
 * go. Everything that the client does under a lock ends by itself within two minutes.
 */
export interface LockPort {
  hold<A>(name: string, work: () => Promise<A>): Promise<A>
}

/** The device's clock, and its timers. */
export interface Clock {
  /** Milliseconds since the Unix epoch, as the device believes. */
  now(): number
  setTimeout(work: () => void, millis: number): unknown
  clearTimeout(timer: unknown): void
}

/** `bytes` bytes that nobody can foresee: they become idempotency keys. */
export type Random = (bytes: number) => Uint8Array

/** A WebSocket, as far as the client uses one: those of browsers, React Native and Node are. */
export interface SocketPort {
  addEventListener(
    type: "open" | "message" | "close" | "error",
    listener: (event: { readonly data?: unknown; readonly code?: number }) => void
  ): void
  send(text: string): void
  close(): void
}

/** Whether the app is looked at, and the device online. `shared`: another tab has written what all share. */
export type Presence = "active" | "background" | "online" | "offline" | "shared"

/** Tells what changes; gives what ends that. */
export type PresencePort = (tell: (presence: Presence) => void) => () => void

export interface Ports {
  /** Where the server is: `https://lottery.example.com`. */
  readonly baseUrl: string
  readonly storage: KeyValueStorage
  readonly random: Random
  /** The platform's own unless given. */
  readonly fetch?: (request: Request, init: RequestInit) => Promise<Response>
  /** The platform's own unless given. */
  readonly WebSocket?: new(url: string) => SocketPort
  readonly clock?: Clock
  /** One that knows this client alone unless given: right where no other shares its storage, as in React Native and Node. */
  readonly lock?: LockPort
  /** Without one, a lost connection is noticed by its silence. */
  readonly presence?: PresencePort
}

/** The platform's clock and timers. */
export const platformClock: Clock = {
  now: () => Date.now(),
  setTimeout: (work, millis) => setTimeout(work, millis),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>)
}

/** A lock among those who are given the same one: of one process. */
export const makeLock = (): LockPort => {
  const last = new Map<string, Promise<unknown>>()
  return {
    hold: (name, work) => {
      const turn = (last.get(name) ?? Promise.resolve()).then(work, work)
      last.set(name, turn)
      const leave = () => {
        if (last.get(name) === turn) last.delete(name)
      }
      turn.then(leave, leave)
      return turn
    }
  }
}

/** The same lock, whose own failures are `storage`: then the work was not begun. */
export const reportedLock = (lock: LockPort): LockPort => ({
  hold: async (name, work) => {
    let isBegun = false
    try {
      return await lock.hold(name, () => {
        isBegun = true
        return work()
      })
    } catch (cause) {
      if (isBegun) throw cause
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new DddError("storage", `What the device shares cannot be locked: ${why}`, { cause })
    }
  }
})

/** A storage that lasts as long as the process. */
export const memoryStorage = (): KeyValueStorage => {
  const kept = new Map<string, string>()
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name)
  }
}

/** Waits. */
export const sleep = (clock: Clock, millis: number): Promise<void> =>
  new Promise((resolve) => {
    clock.setTimeout(resolve, millis)
  })

/** A number from 0 to 1, below 1. */
export const chance = (random: Random): number => {
  const [a = 0, b = 0] = random(2)
  return (a * 256 + b) / 65_536
}
