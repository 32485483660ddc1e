/**
 * The stream of one connection to PostgreSQL, which never waits without a bound.
 *
 * TCP alone does not tell a server that thinks from one that is gone: the kernel of a server that is paused, or a proxy that lost the
 * way, acknowledges what is sent, and nothing comes back. So this reads along what kinds of messages pass, and knows thereby whether
 * an answer is due: each `Sync` is answered by one `ReadyForQuery`. Where one is due and nothing at all was heard for as long as this
 * connection may be silent, it is cut, which fails everything that waits on it. A statement that merely takes long must therefore be
 * bounded by the server (`statement_timeout`) below that. A reader who does not take what comes (a paused stream) is not the server's
 * silence. Connections that rest are watched over by TCP's keep-alives.
 *
 * TLS is spoken here, below the driver, since nothing could be read along outside of it.
 */
import { connect as connectTcp, isIP, type Socket } from "node:net"
import { join } from "node:path"
import { Duplex } from "node:stream"
import { connect as connectTls } from "node:tls"
import type { ServerAddress } from "./ConnectionUrl.ts"
import { type OpenConnection, type Servers, ServerUnreachable, StillStandby } from "./Servers.ts"

/** Idle seconds before the kernel asks whether the other end is still there; ten questions a second apart without an answer end it. */
const keepAliveMillis = 5_000
/** How long the other end may take to hear that a connection ends. */
const farewellMillis = 1_000

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const cancelRequestCode = 80_877_102

/** Types of messages (PostgreSQL's documentation, "Message Formats"). */
const [sync, query, readyForQuery, parameterStatus, errorResponse] = [0x53, 0x51, 0x5a, 0x53, 0x45]

/** Error fields: the server takes no writes. */
const readOnlyTransaction = "C25006\0"

/** Longer messages are not read: what is looked for stands in short ones. */
const readBytesMax = 65_536

const wordsOf = ({ host, port }: ServerAddress): string =>
  host.startsWith("/") ? join(host, `.s.PGSQL.${port}`) : `${host}:${port}`

const messageOf = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(messageOf).join("; ")
    : error instanceof Error
    ? error.message
    : String(error)

export class ServerSocket extends Duplex implements OpenConnection {
  readonly #servers: Servers
  readonly #address: ServerAddress
  readonly #silenceMillisMax: number
  #tcp: Socket | undefined
  /** What messages pass through: the same, or TLS above it; none before it is open. */
  #inner: Socket | undefined
  #whenOpen: (() => void) | undefined
  /** Whether it takes statements, and does not merely ask to cancel one; null before the first message says which. */
  #isSession: boolean | null = null
  #isStarted = false
  #isReady = false
  /** Answers that are due. */
  #due = 0
  /** When something was last heard, or something became due where nothing was. */
  #heardAt = 0
  #isPaused = false
  #timer: ReturnType<typeof setTimeout> | undefined
  // of the message from the server that is under way
  readonly #head = Buffer.alloc(5)
  #headLength = 0
  #left = 0
  #kept: Array<Buffer> | undefined

  /** Connects to the server that is to be tried now; throws where trying is of no use yet. */
  constructor(servers: Servers, silenceMillisMax: number) {
    super({ allowHalfOpen: false, readableHighWaterMark: 262_144 })
    this.#servers = servers
    this.#silenceMillisMax = silenceMillisMax
    this.#address = servers.choose()
    servers.opened(this)
    this.#connect()
  }

  waitingMillis(): number | null {
    return this.#due === 0 || this.#isPaused ? null : performance.now() - this.#heardAt
  }

  cut(error: Error): void {
    this.destroy(error)
  }

  hasten(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#watch(0)
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const inner = this.#inner
    this.#isSession ??= chunk.length < 8 || chunk.readUInt32BE(4) !== cancelRequestCode
    if (inner === undefined) {
      this.#whenOpen = () => this._write(chunk, encoding, done)
      return
    }
    this.#sent(chunk)
    if (inner.write(chunk)) done()
    else inner.once("drain", done)
  }

  override _read(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#heardAt = performance.now()
    this.#inner?.resume()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#inner?.end()
    // a server that hears nothing does not keep this end open
    setTimeout(() => this.destroy(), farewellMillis).unref()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer)
    this.#servers.closed(this)
    this.#tcp?.destroy()
    this.#inner?.destroy()
    // whoever was to cancel a statement says nothing of the server
    if (this.#isSession === true && !this.#isReady) {
      this.#servers.failed(this.#address, error ?? new Error(`${wordsOf(this.#address)} does not answer`))
    }
    done(error)
  }

  #connect(): void {
    const { host, port } = this.#address
    const socket = host.startsWith("/")
      ? connectTcp({ path: wordsOf(this.#address) })
      : connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMillis })
    this.#tcp = socket
    const failed = (error: Error) => this.#fail(error)
    const closed = () => this.#fail(new Error("the connection was closed"))
    socket.once("error", failed).once("close", closed)
    socket.once("connect", () => {
      if (this.#servers.tls === "never" || host.startsWith("/")) return this.#open(socket, failed, closed)
      socket.once("data", (answer: Buffer) => {
        if (answer[0] === 0x4e && this.#servers.tls === "if offered") return this.#open(socket, failed, closed)
        if (answer.length !== 1 || answer[0] !== 0x53) return failed(new Error("the server has no TLS (sslmode)"))
        socket.off("error", failed).off("close", closed)
        const encrypted = connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) })
        encrypted.once("error", failed).once("close", closed)
        encrypted.once("secureConnect", () => this.#open(encrypted, failed, closed))
      })
      socket.write(sslRequest)
    })
  }

  #open(inner: Socket, failed: (error: Error) => void, closed: () => void): void {
    inner.off("error", failed).off("close", closed)
    inner.on("error", (error) => this.#fail(error))
    inner.on("close", () => this.#fail(new Error("the connection was closed")))
    inner.on("data", (chunk: Buffer) => this.#received(chunk))
    this.#inner = inner
    const write = this.#whenOpen
    this.#whenOpen = undefined
    write?.()
  }

  #fail(error: Error): void {
    if (this.destroyed) return
    this.destroy(new ServerUnreachable(`${wordsOf(this.#address)}: ${messageOf(error)}`, { cause: error }))
  }

  /** Reads along what the driver sends: whole messages, several at a time. */
  #sent(chunk: Buffer): void {
    let at = 0
    if (!this.#isStarted) {
      // the first message has no type
      this.#isStarted = true
      if (this.#isSession === true) this.#becameDue()
      at = chunk.readUInt32BE(0)
    }
    while (at + 5 <= chunk.length) {
      const type = chunk[at]
      if (type === sync || type === query) this.#becameDue()
      at += 1 + chunk.readUInt32BE(at + 1)
    }
  }

  #becameDue(): void {
    if (this.#due++ > 0) return
    this.#heardAt = performance.now()
    // one that runs still, of an answer before, looks again when this one's silence would be over
    if (this.#timer === undefined) this.#watch(0)
  }

  /** Looks again when the silence would be over. */
  #watch(silentMillis: number): void {
    const max = this.#servers.silenceMillisMax(this.#silenceMillisMax)
    // what has arrived while this process was busy is heard first: it is read between the timers and the next immediate
    this.#timer = setTimeout(() => setImmediate(() => this.#look()), Math.max(1, max - silentMillis)).unref()
  }

  #look(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.destroyed || this.#due === 0) return
    const waiting = this.waitingMillis() ?? 0
    const max = this.#servers.silenceMillisMax(this.#silenceMillisMax)
    if (waiting < max) return this.#watch(waiting)
    const error = new ServerUnreachable(
      `${wordsOf(this.#address)} was silent for ${(waiting / 1_000).toFixed(1)} s`
    )
    this.destroy(error)
    this.#servers.silent(this.#address, error, max)
  }

  #received(chunk: Buffer): void {
    this.#heardAt = performance.now()
    this.#readAlong(chunk)
    if (this.destroyed || this.push(chunk)) return
    this.#isPaused = true
    this.#inner?.pause()
  }

  /** Reads along what the server sends, however it is cut into chunks. */
  #readAlong(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#left === 0) {
        const taken = chunk.copy(this.#head, this.#headLength, at, at + 5 - this.#headLength)
        at += taken
        this.#headLength += taken
        if (this.#headLength < 5) return
        this.#headLength = 0
        this.#left = this.#head.readUInt32BE(1) - 4
        const type = this.#head[0]
        const isRead = type === errorResponse || (type === parameterStatus && !this.#isReady)
        this.#kept = isRead && this.#left <= readBytesMax ? [] : undefined
        if (type === readyForQuery) this.#answered()
      }
      const end = Math.min(chunk.length, at + this.#left)
      this.#kept?.push(chunk.subarray(at, end))
      this.#left -= end - at
      at = end
      if (this.#left === 0 && this.#kept !== undefined) this.#told(this.#head[0], Buffer.concat(this.#kept).toString())
    }
  }

  #answered(): void {
    this.#due--
    if (this.#isReady) return
    this.#isReady = true
    this.#servers.reached()
  }

  #told(type: number | undefined, text: string): void {
    this.#kept = undefined
    if (type === errorResponse) {
      // the server has become a standby, or was one: it is not asked again. Who asked hears the error first
      if (this.#servers.writable && text.includes(readOnlyTransaction)) setImmediate(() => this.#notPrimary())
      return
    }
    const [name, value] = text.split("\0")
    const isReadOnly = name === "in_hot_standby" || name === "default_transaction_read_only"
    if (isReadOnly && value === "on" && this.#servers.writable) this.#notPrimary()
  }

  #notPrimary(): void {
    const error = new StillStandby(`${wordsOf(this.#address)} takes no writes: it is a standby, or still recovers`)
    if (this.#isReady) this.#servers.failed(this.#address, error)
    this.destroy(error)
  }
}
