/**
 * The secrets of a development machine: made on the first start, kept in the data folder.
 *
 * In production each comes from the environment instead (docs/design.md, "Configuration").
 */
import { Data, Effect, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { join } from "node:path"

/** The development secrets, by the names that the environment has for them. */
export interface Secrets {
  readonly TICKET_SEAL_SECRET: Redacted.Redacted
  readonly SEED_KEY: Redacted.Redacted
  readonly JWT_PRIVATE_KEYS: Redacted.Redacted
  readonly REFRESH_KEY: Redacted.Redacted
  readonly LOG_SIGNING_KEYS: Redacted.Redacted
  readonly INTERNAL_API_TOKEN: Redacted.Redacted
}

/** New ones, as the environment spells them. */
export const make = (): Record<keyof Secrets, string> => ({
  TICKET_SEAL_SECRET: random(),
  SEED_KEY: random(),
  JWT_PRIVATE_KEYS: `1:${random()}`,
  REFRESH_KEY: random(),
  LOG_SIGNING_KEYS: random(),
  INTERNAL_API_TOKEN: random()
})

/** 256 bits; as a seed of a key, the spelling that `ed25519FromSeed` reads. */
const random = (): string => randomBytes(32).toString("base64url")

/** The file can be neither made nor used; the message says why and what to do, without its content. */
export class SecretsUnusable extends Data.TaggedError("SecretsUnusable")<{
  readonly file: string
  readonly reason: string
}> {
  override get message() {
    return `The development secrets in ${this.file} cannot be used: ${this.reason}`
  }
}

/**
 * Reads `secrets.json` of the data folder, after making it if there is none.
 *
 * The file is readable by its owner alone; one that others may read is narrowed, with a warning. It appears complete or
 * not at all: of several processes that start at once, one makes it and all read the same.
 */
export const loadOrCreate = Effect.fn("Secrets.loadOrCreate")(function*(dataDir: string) {
  const file = join(dataDir, "secrets.json")
  const { secrets, wasOpenToOthers } = yield* Effect.try({
    try: () => {
      if (!fs.existsSync(file)) create(dataDir, file)
      const { text, wasOpenToOthers } = read(file)
      return { secrets: parse(text), wasOpenToOthers }
    },
    catch: (error) => new SecretsUnusable({ file, reason: error instanceof Error ? error.message : String(error) })
  })
  if (wasOpenToOthers) {
    yield* Effect.logWarning(
      `${file} could be read by other users; it no longer can. If they are not to be trusted, start anew with another data folder`
    )
  }
  return secrets
})

/** The same of a data folder that has them; null where there are none. Makes nothing, and leaves the file as it is. */
export const load = Effect.fn("Secrets.load")(function*(dataDir: string) {
  const file = join(dataDir, "secrets.json")
  return yield* Effect.try({
    try: () => fs.existsSync(file) ? parse(fs.readFileSync(file, "utf8")) : null,
    catch: (error) => new SecretsUnusable({ file, reason: error instanceof Error ? error.message : String(error) })
  })
})

/**
 * Adds a key that signs the log's records to those of the data folder, and gives all of them as LOG_SIGNING_KEYS spells them.
 *
 * The file changes as a whole or not at all. Whoever has read it before goes on with the keys of then.
 */
export const addLogSigningKey = Effect.fn("Secrets.addLogSigningKey")(function*(dataDir: string) {
  const { LOG_SIGNING_KEYS: living } = yield* loadOrCreate(dataDir)
  const file = join(dataDir, "secrets.json")
  const added = withNewLogKey(living)
  yield* Effect.try({
    try: () => replace(file, (text) => ({ ...parseObject(text), LOG_SIGNING_KEYS: Redacted.value(added) })),
    catch: (error) => new SecretsUnusable({ file, reason: error instanceof Error ? error.message : String(error) })
  })
  return added
})

/** Living keys and a new one, the newest last, as LOG_SIGNING_KEYS spells them. */
export const withNewLogKey = (living: Redacted.Redacted | undefined): Redacted.Redacted => {
  const before = living === undefined || Redacted.value(living) === "" ? [] : [Redacted.value(living)]
  return Redacted.make([...before, random()].join(","), { label: "LOG_SIGNING_KEYS" })
}

/** Changes the file. Two that do so at once would lose what one of them added, so the second is refused. */
const replace = (file: string, change: (text: string) => object): void => {
  const part = `${file}.new`
  let descriptor: number
  try {
    descriptor = fs.openSync(part, "wx", 0o600)
  } catch (error) {
    if (!fs.existsSync(part)) throw error
    throw new Error(`${part} is there: another rotation is under way, or one broke off. If none is, delete it`, {
      cause: error
    })
  }
  try {
    fs.writeFileSync(descriptor, `${JSON.stringify(change(read(file).text), null, 2)}\n`, { flush: true })
    fs.renameSync(part, file)
  } catch (error) {
    fs.rmSync(part, { force: true })
    throw error
  } finally {
    fs.closeSync(descriptor)
  }
}

const create = (dataDir: string, file: string): void => {
  fs.mkdirSync(dataDir, { recursive: true })
  const part = `${file}.${process.pid}.${random()}`
  try {
    fs.writeFileSync(part, `${JSON.stringify(make(), null, 2)}\n`, { mode: 0o600, flag: "wx", flush: true })
    // unlike rename, link refuses where another process was first
    fs.linkSync(part, file)
  } catch (error) {
    if (!fs.existsSync(file)) throw error
  } finally {
    fs.rmSync(part, { force: true })
  }
}

const read = (file: string): { readonly text: string; readonly wasOpenToOthers: boolean } => {
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
  try {
    const wasOpenToOthers = (fs.fstatSync(descriptor).mode & 0o077) !== 0
    if (wasOpenToOthers) fs.fchmodSync(descriptor, 0o600)
    return { text: fs.readFileSync(descriptor, "utf8"), wasOpenToOthers }
  } finally {
    fs.closeSync(descriptor)
  }
}

const parse = (text: string): Secrets => {
  const stored = parseObject(text)
  const secret = (name: keyof Secrets): Redacted.Redacted => {
    const value = stored[name]
    if (typeof value === "string" && value !== "") return Redacted.make(value, { label: name })
    throw new Error(`${name} is missing; restore the file, or delete the whole data folder to start anew`)
  }
  return {
    TICKET_SEAL_SECRET: secret("TICKET_SEAL_SECRET"),
    SEED_KEY: secret("SEED_KEY"),
    JWT_PRIVATE_KEYS: secret("JWT_PRIVATE_KEYS"),
    REFRESH_KEY: secret("REFRESH_KEY"),
    LOG_SIGNING_KEYS: secret("LOG_SIGNING_KEYS"),
    INTERNAL_API_TOKEN: secret("INTERNAL_API_TOKEN")
  }
}

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return { ...JSON.parse(text) }
  } catch {
    // the parser's own message quotes the text
    throw new Error("it is not JSON; restore it, or delete the whole data folder to start anew")
  }
}
