/** One client of the live hub: who it is, its channels, and its messages that wait to be served, one after the other. */
import { randomUUID } from "node:crypto"
import type { LiveSocket } from "../engine/Sockets.ts"
import { channelCalled } from "./ChannelKind.ts"
import { encodeEvent, type EventData, type EventName, type Fault } from "./Events.ts"
import type { Authenticated } from "./LiveSource.ts"
import type { Subscriber } from "./Topics.ts"

/** An answer that costs so little that it says nothing of the messages before it: who sends what cannot be served goes on doing so. */
const isFree = (event: EventName): boolean => event === "pong" || event === "unsubscribed"

/** So many messages that cannot be served, and none between them that was (`isFree`), end the connection (docs/api.md, "WebSocket"). */
const faultsMax = 5

/**
 * What may wait while an earlier message is served (a token being verified): in characters, since lawful messages in a burst are no
 * fault, however many they are. An app that comes back subscribes to all its rooms at once.
 */
const waitingMax = 256 * 1024

export class Connection implements Subscriber {
  readonly id = randomUUID()
  readonly channels = new Set<string>()
  /** Who has signed in. */
  user: Authenticated | undefined
  /** The client is gone; nothing may be kept for it any more. */
  gone = false
  readonly #socket: LiveSocket
  readonly #waiting: Array<string> = []
  /** Characters of those that wait. */
  #waitingLength = 0
  #faults = 0

  constructor(socket: LiveSocket) {
    this.#socket = socket
  }

  /** In text form. */
  get clientAddress(): string {
    return this.#socket.clientAddress
  }

  get userId(): string | undefined {
    return this.user?.userId
  }

  /** Tells the client that it was removed from a channel that it may not listen to any more. */
  dismissed(name: string): void {
    this.send(encodeEvent("unsubscribed", { channel: channelCalled(name) }))
  }

  send(message: string): void {
    this.#socket.send(message)
  }

  join(topic: string): void {
    this.#socket.join(topic)
  }

  leave(topic: string): void {
    this.#socket.leave(topic)
  }

  ready(): boolean {
    return this.#socket.bufferedAmount() === 0
  }

  /** Answers a message that was served. */
  answer<Name extends EventName>(event: Name, data: EventData<Name>): void {
    if (!isFree(event)) this.#faults = 0
    this.send(encodeEvent(event, data))
  }

  /** Answers a message that cannot be served. */
  fault({ code, detail }: Fault): void {
    this.send(encodeEvent("error", { code, detail }))
    if (++this.#faults === faultsMax) this.close(1008, "Too many messages that cannot be served.")
  }

  close(code: number, reason: string): void {
    this.#waiting.length = this.#waitingLength = 0
    this.#socket.close(code, reason)
  }

  /** A message arrived. It waits for its turn. */
  receive(message: string): void {
    this.#waitingLength += message.length
    if (this.#waitingLength > waitingMax) this.close(1008, "Wait for answers before sending more.")
    else this.#waiting.push(message)
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** The next message to serve; `undefined` where none waits. */
  next(): string | undefined {
    const message = this.#waiting.shift()
    this.#waitingLength -= message?.length ?? 0
    return message
  }
}
