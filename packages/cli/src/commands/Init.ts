/**
 * `ddd init`: what a first start in production needs, made once: a file of settings with secrets of its own, and the database with its two
 * roles, as SQL or by an administrator's hand (decision 87). With `--database-only` the database alone, for settings that are there: for one
 * that a backup is put back into.
 */
import { visible, visibleError } from "@ddd/core/values/Visible"
import { InvalidArgumentError, Option } from "commander"
import { Data, Effect, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { dirname, join, parse, resolve } from "node:path"
import { parseEnv } from "node:util"
import { done } from "../ExitCode.ts"
import { withCallable } from "../Invocation.ts"
import { print, printJson, remark } from "../terminal/Output.ts"
import { administratorOf, adminOption } from "./Administrator.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"

/** Nothing was made; the message says why, and what to do. */
class NotInitialised extends Data.TaggedError("NotInitialised")<{ readonly message: string }> {}

interface Flags extends JsonFlag {
  readonly publicUrl?: string
  readonly databaseOnly?: true
  readonly logOrigin?: string
  readonly trustedProxies: string
  readonly beacon: "drand" | "none"
  readonly proof: string
  readonly database: string
  readonly admin?: string
}

const failed = (message: string) => new NotInitialised({ message })

/** The URL of a database, as the role. */
const urlAs = (database: URL, username: string, password: string): string => {
  const url = new URL(database)
  url.username = username
  url.password = password
  return url.href
}

/** Where the database will be: no role stands in it. */
const databaseOf = (text: string) =>
  Effect.suspend(() => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const name = url?.pathname.slice(1) ?? ""
    return url?.protocol === "postgres:" && url.username === "" && url.password === "" && name !== ""
      ? Effect.succeed({ url, name })
      : Effect.fail(
        failed(
          "--database must read postgres://127.0.0.1:5432/ddd: a server and a database, without a role. Nothing was made."
        )
      )
  })

/** Writes files that were not there, for this account alone; all of them or none. */
const writeNew = (files: ReadonlyArray<{ readonly path: string; readonly text: string }>) =>
  Effect.gen(function*() {
    const written: Array<string> = []
    const discard = Effect.sync(() => written.forEach((path) => fs.rmSync(path, { force: true })))
    for (const { path, text } of files) {
      yield* Effect.try({
        try: () => {
          const descriptor = fs.openSync(path, "wx", 0o600)
          written.push(path)
          try {
            fs.writeFileSync(descriptor, text, { flush: true })
          } finally {
            fs.closeSync(descriptor)
          }
        },
        catch: (error) =>
          failed(
            fs.existsSync(path) && !written.includes(path)
              ? `The file ${visible(path)} is there already, and secrets are never overwritten. Nothing was made. ` +
                "Name another one; or, where its database was not made yet, have the SQL for that by `ddd init <file> --database-only`."
              : `The file ${visible(path)} cannot be written: ${visibleError(error)}. Nothing was made.`
          )
      }).pipe(Effect.onError(() => discard))
    }
    return { discard }
  })

/** What only the operator can say. */
const toFillIn: ReadonlySet<string> = new Set(["SMTP_URL"])

/** The file for the owner beside a file of settings. */
const ownerFileOf = (settings: string): string => {
  const { ext, name } = parse(settings)
  return join(dirname(settings), `${name}-owner${ext}`)
}

/** A role and its database as a file has them, under `name`. */
const urlIn = (path: string, name: string) =>
  Effect.gen(function*() {
    const text = yield* Effect.try({
      try: () => fs.readFileSync(path, "utf8"),
      catch: (error) => failed(`The file ${visible(path)} cannot be read: ${visibleError(error)}. Nothing was made.`)
    })
    const value = parseEnv(text)[name]
    const url = value !== undefined && URL.canParse(value) ? new URL(value) : undefined
    const database = url?.pathname.slice(1) ?? ""
    if (url === undefined || url.username === "" || url.password === "" || database === "") {
      return yield* failed(
        `The file ${visible(path)} has no ${name} with a role, a password and a database. Nothing was made.`
      )
    }
    const [username, password] = [decodeURIComponent(url.username), Redacted.make(decodeURIComponent(url.password))]
    return { database, role: { username, password } }
  })

/** The database alone, for the roles and passwords of settings that are there. */
const makeDatabaseOnly = Effect.fnUntraced(function*(file: string, flags: Flags) {
  const NewDatabase = yield* Effect.promise(() => import("@ddd/adapters-pg/database/NewDatabase"))
  const settings = resolve(file)
  const app = yield* urlIn(settings, "DATABASE_URL")
  const owner = yield* urlIn(ownerFileOf(settings), "DATABASE_OWNER_URL")
  const roles = yield* Effect.mapError(NewDatabase.roleNames(app.database), ({ message }) => failed(message))
  if (owner.database !== app.database || app.role.username !== roles.app || owner.role.username !== roles.owner) {
    return yield* failed(
      `The files ${visible(settings)} and ${visible(ownerFileOf(settings))} name other roles than those of a database ${
        visible(app.database)
      } that was made by \`ddd init\`: make it by hand. Nothing was made.`
    )
  }
  const database = { name: app.database, owner: owner.role, app: app.role, keepsRoles: true }
  const admin = flags.admin === undefined ? undefined : yield* administratorOf("--admin", flags.admin)
  if (admin !== undefined) {
    yield* Effect.mapError(NewDatabase.makeNewDatabase(admin, database), ({ message }) => failed(visible(message)))
  }
  const sql = admin === undefined ? NewDatabase.newDatabaseSql(database) : null
  if (flags.json === true) {
    yield* printJson({ database: database.name, roles, sql })
    return done
  }
  const next = withCallable("The settings stay as they are. A backup is put back into it by `ddd restore`.")
  if (sql === null) yield* print(`The database ${database.name} was made. ${next}`)
  else {
    yield* print(sql)
    yield* remark(`Make the database: run the SQL that was printed by psql, as a superuser of the server. ${next}`)
  }
  return done
})

const run = Effect.fn("ddd init")(function*(file: string, flags: Flags) {
  const { publicUrl } = flags
  if (flags.databaseOnly === true) return yield* makeDatabaseOnly(file, flags)
  if (publicUrl === undefined) {
    return yield* failed(
      "--public-url is missing: where clients reach the server, such as https://lottery.example.com. Nothing was made."
    )
  }
  const [{ envFile, isPlain, ownerFile }, NewDatabase] = yield* Effect.promise(() =>
    Promise.all([
      import("../init/EnvFile.ts"),
      import("@ddd/adapters-pg/database/NewDatabase")
    ])
  )
  const { name, url } = yield* databaseOf(flags.database)
  const roles = yield* Effect.mapError(NewDatabase.roleNames(name), ({ message }) => failed(message))
  const [ownerPassword, appPassword] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")]
  const choices = {
    publicUrl,
    logOrigin: flags.logOrigin ?? (URL.canParse(publicUrl) ? new URL(publicUrl).hostname : ""),
    trustedProxies: flags.trustedProxies,
    beacon: flags.beacon,
    proofFolder: resolve(flags.proof),
    databaseUrl: urlAs(url, roles.app, appPassword)
  }
  const odd = Object.values(choices).find((value) => !isPlain(value))
  if (odd !== undefined) {
    return yield* failed(
      `What was said, ${
        visible(odd)
      }, has a character that not everybody who reads such a file takes literally. Nothing was made.`
    )
  }
  const { problems, text } = envFile(choices)
  const wrong = problems.filter((problem) => !toFillIn.has(problem.name))
  if (wrong.length > 0) {
    return yield* failed(`Nothing was made: ${wrong.map(({ message }) => visible(message)).join(" ")}`)
  }
  const settings = resolve(file)
  const owner = ownerFileOf(settings)
  const database = {
    name,
    owner: { username: roles.owner, password: Redacted.make(ownerPassword) },
    app: { username: roles.app, password: Redacted.make(appPassword) },
    keepsRoles: false
  }
  const admin = flags.admin === undefined ? undefined : yield* administratorOf("--admin", flags.admin)
  const { discard } = yield* writeNew([
    { path: settings, text },
    { path: owner, text: ownerFile(urlAs(url, roles.owner, ownerPassword)) }
  ])
  if (admin !== undefined) {
    yield* NewDatabase.makeNewDatabase(admin, database).pipe(
      Effect.mapError(({ message }) => failed(`${visible(message)} No file was written.`)),
      Effect.onError(() => discard)
    )
  }
  const sql = admin === undefined ? NewDatabase.newDatabaseSql(database) : null
  const left = problems.map(({ message }) => message)
  if (flags.json === true) {
    yield* printJson({ settings, owner, database: name, roles, sql, toFillIn: left })
    return done
  }
  const next = withCallable([
    `${visible(settings)} has the settings of a server, and ${
      visible(owner)
    } what \`ddd migrate\` needs beside them. ` +
    "Both are secret, and readable by this account alone. Keep a copy, and not where the backups of the database are.",
    sql === null
      ? `The database ${name} was made, with its roles ${roles.owner} and ${roles.app}.`
      : `Make the database: run the SQL that was printed by psql, as a superuser of the server. \`ddd init ${
        visible(file)
      } --database-only\` prints it again.`,
    "Next:",
    ...left.map((message) => `  - ${visible(message)}`),
    "  - with both files in the environment: `ddd migrate`",
    "  - with the first in it: `ddd doctor`, and then `ddd serve` (docs/operations/deploy.md)"
  ].join("\n"))
  if (sql === null) {
    yield* print(next)
    return done
  }
  yield* print(sql)
  yield* remark(next)
  return done
})

const plainPath = (text: string): string => {
  if (text !== "") return text
  throw new InvalidArgumentError("It must name a file.")
}

export const init: Declare = (perform) =>
  command(
    "init",
    "make what a first start in production needs: a file of settings with new secrets, and a database with its roles",
    "ddd init ddd.env --public-url https://lottery.example.com > database.sql",
    "ddd init ddd.env --database-only > database.sql",
    "ddd init ddd.env --public-url https://lottery.example.com --admin 'postgres://postgres@localhost/postgres?host=/run/postgresql'"
  )
    .argument("<file>", "the file of settings; one that is there is never overwritten", plainPath)
    .option(
      "--public-url <url>",
      "where clients reach the server: https://lottery.example.com; needed for new settings"
    )
    .option(
      "--database-only",
      "write no file: make the database that the settings in <file> name, to put a backup back into"
    )
    .option(
      "--log-origin <name>",
      "the name under which records are signed, for ever (default: the host of --public-url)"
    )
    .option("--trusted-proxies <list>", "the proxies in front, as the server sees them", "127.0.0.1")
    .addOption(new Option("--beacon <name>", "the public randomness").choices(["drand", "none"]).default("drand"))
    .option("--proof <folder>", "where it is remembered what was sold, outside the database", "/var/lib/ddd/proof")
    .option("--database <url>", "where the database will be, without a role", "postgres://127.0.0.1:5432/ddd")
    .addOption(adminOption("--admin <url>", "make it, as this superuser, in place of printing the SQL for it"))
    .addOption(jsonOption())
    .action((file, flags) => perform(run(file, flags)))
