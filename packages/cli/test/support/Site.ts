/**
 * Servers as processes on a database of their own, with a mail server that takes what they send and a clock that moves: what the
 * tests of accounts play on.
 */
import * as DevClock from "@ddd/adapters-pg/database/DevClock"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import * as NewestSchema from "@ddd/adapters-pg/testing/NewestSchema"
import type { TestDatabase } from "@ddd/adapters-pg/testing/TestDatabase"
import { unmetLimits } from "@ddd/core/accounts/RequestLimits"
import type { PgClient } from "@effect/sql-pg"
import { assert } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { arrayAt, at, textAt } from "../../src/demo/Client.ts"
import { connect } from "../../src/demo/Socket.ts"
import { type Answer, type Call, call } from "./Call.ts"
import { urlOf } from "./DatabaseUrl.ts"
import {
  dataFolder,
  ddd,
  dddAtTerminal,
  type Ended,
  type Env,
  eventually,
  serve,
  type Server,
  type Typed
} from "./Ddd.ts"
import { openMailbox } from "./Mailbox.ts"

export { arrayAt, at, textAt }

/** Half past ten on a day like any other. */
export const morning = "2026-02-03T10:30:00.000Z"

export const internalToken = "internal-token-of-the-tests"

export const password = "violet kettle sings"

export interface Player {
  readonly id: string
  readonly email: string
  readonly username: string
  readonly accessToken: string
  readonly refreshToken: string
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
}

/** The tokens in an answer to signing up, signing in or refreshing. */
export const tokensOf = ({ json }: Answer): Tokens => ({
  accessToken: textAt(json, "tokens", "accessToken"),
  refreshToken: textAt(json, "tokens", "refreshToken")
})

export interface SiteOptions {
  /** What each server of the one database has in its environment beside what all have; one server unless given. */
  readonly processes?: ReadonlyArray<Env>
  /** The database; a new one unless given. */
  readonly database?: TestDatabase["Service"]
  /** Every server is asked in its turn, unless a request says which; otherwise the first one is. */
  readonly inTurn?: boolean
}

let playersMade = 0

/** Waits until a server's own clock is at `time`; at once where no server is there. */
const untilClockOf = (url: string, millis: number) =>
  Effect.scoped(Effect.gen(function*() {
    let told = 0
    const socket = yield* connect(url, (message) => {
      const serverTime = at(message, "data", "serverTime")
      if (typeof serverTime === "string") told = Date.parse(serverTime)
    }).pipe(Effect.option)
    if (Option.isNone(socket)) return
    const asking = socket.value.say({ type: "ping" }).pipe(Effect.repeat(Schedule.spaced("50 millis")))
    yield* Effect.raceFirst(Effect.orDie(socket.value.until("the moved clock", () => told >= millis)), asking)
  }))

const make = ({ database: given, inTurn = false, processes = [{}] }: SiteOptions) =>
  Effect.gen(function*() {
    const database = given ?? (yield* NewestSchema.make)
    const { admin, app, owner } = database
    const mailbox = yield* openMailbox
    const DATA_DIR = yield* dataFolder
    const env: Env = {
      DATA_DIR,
      DATABASE_URL: urlOf(app),
      DATABASE_OWNER_URL: urlOf(owner),
      DEV_CLOCK_START: morning,
      INTERNAL_API_TOKEN: internalToken,
      LOG_LEVEL: "warn",
      // a test asks in seconds for what people do in a day
      RATE_LIMITS: unmetLimits,
      PUBLIC_URL: "http://lottery.example.com",
      SMTP_URL: mailbox.url
    }
    // the first makes the secrets; the others find them
    const servers: ReadonlyArray<Server> = yield* Effect.forEach(processes, (own) => serve({ ...env, ...own }))
    const urls = servers.map(({ url }) => url)
    const first = urls[0] ?? ""
    const sql: PgClient.PgClient = yield* Provision.session(owner)
    const superuser: PgClient.PgClient = yield* Provision.session(admin)

    let turn = 0
    const next = () => inTurn ? urls[turn++ % urls.length] ?? first : first
    const ask = (method: string, path: string, asked: Call & { readonly at?: string } = {}) =>
      Effect.suspend(() => call(asked.at ?? next(), method, path, asked))
    const post = (path: string, body: unknown, asked: Call & { readonly at?: string } = {}) =>
      ask("POST", path, { ...asked, body })

    return {
      servers,
      urls,
      database,
      internalToken,
      mailbox,
      dataDir: DATA_DIR,
      /** As the owner of the tables. */
      sql,
      superuser,
      /** Asks the server whose turn it is, or the one `at` a URL. */
      ask,
      post,
      /** `ddd` on the same database, with `own` in its environment beside what all have. */
      ddd: (args: ReadonlyArray<string>, input?: string, own: Env = {}): Effect.Effect<Ended> =>
        ddd(args, { ...env, ...own }, input),
      /** The same at a terminal, with what is typed there. */
      dddAtTerminal: (args: ReadonlyArray<string>, typed: ReadonlyArray<Typed>) => dddAtTerminal(args, typed, env),
      /** Another server on the same database, with `own` in its environment beside what all have; the scope stops it. */
      serve: (own: Env = {}) => serve({ ...env, ...own }),
      /** Moves the clock of the database, and waits until each server that runs goes by it: it looks once a second. */
      advance: Effect.fnUntraced(function*(millis: number) {
        yield* Effect.orDie(DevClock.advance(millis).pipe(Effect.provideService(SqlClient.SqlClient, sql)))
        const [clock] = yield* Effect.orDie(sql<{ readonly millis: number }>`
          SELECT (extract(epoch FROM app_now()) * 1000)::float8 AS millis`)
        yield* Effect.forEach(urls, (url) => untilClockOf(url, Math.floor(clock?.millis ?? 0)), {
          concurrency: "unbounded",
          discard: true
        })
      }),
      /** The draw of a day, once it is drawn. */
      untilDrawn: (day: string) =>
        eventually(
          `the draw of ${day}`,
          ask("GET", `/lottery/draws/${day}`),
          ({ json }) => at(json, "status") === "drawn"
        ),
      /** Signs up a player nobody has met. */
      newPlayer: Effect.gen(function*() {
        const username = `Player${++playersMade}`
        const email = `${username}@example.com`
        const answer = yield* post("/auth/sign-up", { email, username, password })
        assert.strictEqual(answer.status, 201, answer.text)
        const player: Player = { id: textAt(answer.json, "user", "id"), email, username, ...tokensOf(answer) }
        return player
      }),
      /** Verifies a player's address by the mailed link. */
      verifyAddress: ({ email }: Pick<Player, "email">) =>
        Effect.gen(function*() {
          const answer = yield* post("/auth/verify-email", { token: yield* mailbox.token(email, "verify-email") })
          assert.strictEqual(answer.status, 204, answer.text)
        }),
      signIn: (email: string, secret: string = password, asked: Call = {}) =>
        post("/auth/sign-in", { email, password: secret }, asked),
      /** Credits a player, as a store's webhook would. */
      deposit: ({ id }: Pick<Player, "id">, amount: string) =>
        post("/wallet/deposit", { userId: id, amount, referenceId: `test:${id}:${amount}` }, { token: internalToken }),
      buy: (token: string, quantity = 1) => post("/lottery/purchase-ticket", { quantity }, { token })
    }
  })

export class Site extends Context.Service<Site, Effect.Success<ReturnType<typeof make>>>()("@ddd/cli/test/Site") {
  static readonly layer = (options: SiteOptions = {}) => Layer.effect(Site, make(options))
}

/** An address of this machine, in the network (/24) of this number. */
export const addressIn = (number: number): string => `127.${1 + (number >> 8) % 250}.${number & 0xff}.1`

/** Asserts that an answer is a problem with this status and code. */
export const assertProblem = ({ json, status, text }: Answer, expected: number, code: string): void => {
  assert.strictEqual(status, expected, text)
  assert.strictEqual(at(json, "code"), code, text)
}
