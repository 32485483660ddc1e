/**
 * The plans by which PostgreSQL really ran what programs asked of it: a proxy that listens in.
 *
 * The server explains each statement as it runs, those in triggers too (auto_explain, which comes with PostgreSQL), and says so in
 * notices, which the proxy reads. It needs a superuser, and explains nothing of sessions that began before it.
 */
import { Effect, Redacted, Schema, type Scope } from "effect"
import type { SqlError } from "effect/sql"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type PgConnection, type ProvisionedDatabase, session } from "../database/Provision.ts"

/** A node of a plan, as `EXPLAIN (FORMAT JSON)` says it. */
export interface PlanNode {
  readonly "Node Type": string
  readonly "Actual Rows": number
  readonly "Actual Loops": number
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly "Rows Removed by Filter"?: number
  readonly "Rows Removed by Index Recheck"?: number
  readonly "Shared Hit Blocks"?: number
  readonly "Shared Read Blocks"?: number
  readonly Plans?: ReadonlyArray<PlanNode>
}

/** A statement as it was run. */
export interface RanStatement {
  readonly text: string
  readonly plan: PlanNode
}

const PlanNode: Schema.Codec<PlanNode> = Schema.Struct({
  "Node Type": Schema.String,
  "Actual Rows": Schema.Finite,
  "Actual Loops": Schema.Finite,
  "Relation Name": Schema.optionalKey(Schema.String),
  "Index Name": Schema.optionalKey(Schema.String),
  "Rows Removed by Filter": Schema.optionalKey(Schema.Finite),
  "Rows Removed by Index Recheck": Schema.optionalKey(Schema.Finite),
  "Shared Hit Blocks": Schema.optionalKey(Schema.Finite),
  "Shared Read Blocks": Schema.optionalKey(Schema.Finite),
  Plans: Schema.optionalKey(Schema.Array(Schema.suspend((): Schema.Codec<PlanNode> => PlanNode)))
})

const decode = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ "Query Text": Schema.String, Plan: PlanNode }))
)

export interface PlanRecorder {
  /** The way to the database on which everything is recorded, as the application. */
  readonly connection: PgConnection
  /** What was run since the last call. */
  readonly take: () => ReadonlyArray<RanStatement>
}

const targetOf = ({ host = "127.0.0.1", port = 5432, url }: PgConnection): NetConnectOpts => {
  if (url !== undefined) {
    const { hostname, port: named } = new URL(Redacted.value(url))
    return { host: hostname, port: Number(named || "5432") }
  }
  return host.startsWith("/") ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port }
}

const noticeType = "N".charCodeAt(0)

/** The text of a notice, whose fields each are a letter and a text that ends with a zero. */
const messageOf = (fields: Buffer): string =>
  fields.toString("utf8").split("\0").find((field) => field.startsWith("M"))?.slice(1) ?? ""

/** Reads the messages of a server as they come in pieces, and gives the texts of notices to `hear`. */
const makeNoticeReader = (hear: (text: string) => void) => {
  let rest = Buffer.alloc(0)
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk])
    // a letter, and the length of what follows it
    while (rest.length >= 5) {
      const length = 1 + rest.readUInt32BE(1)
      if (rest.length < length) return
      if (rest[0] === noticeType) hear(messageOf(rest.subarray(5, length)))
      rest = rest.subarray(length)
    }
  }
}

const settings = (role: string, database: string): ReadonlyArray<string> =>
  Object.entries({
    // a table that has become small in the meantime is rightly read as a whole: whether there is an index to use is what plans are read for
    enable_seqscan: "off",
    session_preload_libraries: "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice"
  }).map(([name, value]) => `ALTER ROLE "${role}" IN DATABASE "${database}" SET ${name} = '${value}'`)

/** Records from now on, for as long as the scope is open. `admin`: a superuser. */
export const recordPlans = (
  admin: PgConnection,
  { app, name }: ProvisionedDatabase
): Effect.Effect<PlanRecorder, SqlError.SqlError, Scope.Scope> =>
  Effect.gen(function*() {
    yield* Effect.scoped(
      Effect.flatMap(
        session(admin),
        (sql) => Effect.forEach(settings(app.username, name), (setting) => sql.unsafe(setting), { discard: true })
      )
    )
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "ddd-plans-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true }))
    )
    let ran: Array<RanStatement> = []
    const hear = makeNoticeReaderOf((statement) => ran.push(statement))
    const sockets = new Set<Socket>()
    const server = createServer((client) => {
      const database = connect(targetOf(app))
      const read = hear()
      for (const [socket, other] of [[client, database], [database, client]] as const) {
        sockets.add(socket)
        const end = () => {
          sockets.delete(socket)
          other.destroy()
        }
        socket.on("error", end).on("close", end)
      }
      client.on("data", (chunk: Buffer) => database.write(chunk))
      database.on("data", (chunk: Buffer) => {
        read(chunk)
        client.write(chunk)
      })
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(join(folder, ".s.PGSQL.5432"), () => resume(Effect.void))
      }),
      () =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => resume(Effect.void))
        })
    )
    const { database, password, username } = app
    return {
      connection: { host: folder, username, database, ...(password === undefined ? {} : { password }) },
      take: () => {
        const taken = ran
        ran = []
        return taken
      }
    }
  })

/** What a notice of auto_explain begins with, before the plan. */
const explained = /^duration: [\d.]+ ms  plan:\n/

/** What `app_now()` runs, which is asked for a hundred times as often as anything else. */
const ofTheClock = "FROM public.app_clock"

const makeNoticeReaderOf = (add: (statement: RanStatement) => void) => () =>
  makeNoticeReader((text) => {
    const [head] = explained.exec(text) ?? []
    if (head === undefined || text.includes(ofTheClock)) return
    const { Plan: plan, "Query Text": statement } = decode(text.slice(head.length))
    add({ text: statement.replaceAll(/\s+/g, " ").trim(), plan })
  })

/** A node and all below it. */
export const nodesOf = (node: PlanNode): ReadonlyArray<PlanNode> => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

/** How many rows of tables a node read, those that it threw away too. */
export const rowsRead = (node: PlanNode): number =>
  node["Relation Name"] === undefined || node["Node Type"] === "ModifyTable" ? 0 : node["Actual Loops"] * (
    node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0)
  )

/** How many rows a statement gives, or writes. */
export const rowsGiven = (plan: PlanNode): number =>
  Math.max(
    plan["Actual Rows"],
    ...nodesOf(plan).filter((node) => node["Node Type"] === "ModifyTable").flatMap((node) =>
      (node.Plans ?? []).map((child) => child["Actual Rows"] * child["Actual Loops"])
    )
  )

/** How many pages of 8 KiB a statement looked at. */
export const pagesRead = (plan: PlanNode): number =>
  (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0)
