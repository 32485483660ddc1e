/** The keys of the program: from the environment, and in development from the data folder where the environment says nothing. */
import * as Secrets from "@ddd/adapters-crypto/Secrets"
import { Effect, Redacted } from "effect"
import type { Settings } from "./config/Variables.ts"
import { dataDirOf } from "./DataDir.ts"

// for what may be empty; of what may not, production without it was refused before
const none = Redacted.make("")

/** All keys, as the adapters take them. */
export const keysOf = Effect.fnUntraced(function*(settings: Settings) {
  return keysFrom(
    settings,
    settings.NODE_ENV === "production" ? undefined : yield* Secrets.loadOrCreate(dataDirOf(settings))
  )
})

/** The same; null where development has not made its own yet. Makes nothing. */
export const keysThere = Effect.fnUntraced(function*(settings: Settings) {
  if (settings.NODE_ENV === "production") return keysFrom(settings, undefined)
  const made = yield* Secrets.load(dataDirOf(settings))
  return made === null ? null : keysFrom(settings, made)
})

const keysFrom = (settings: Settings, made: Secrets.Secrets | undefined) => ({
  sealing: {
    secret: settings.TICKET_SEAL_SECRET ?? made?.TICKET_SEAL_SECRET ?? none,
    keyId: settings.TICKET_SEAL_SECRET_KEY_ID,
    previous: settings.TICKET_SEAL_SECRET_PREVIOUS ?? none
  },
  seeds: {
    secret: settings.SEED_KEY ?? made?.SEED_KEY ?? none,
    keyId: settings.SEED_KEY_KEY_ID,
    previous: settings.SEED_KEY_PREVIOUS ?? none
  },
  log: {
    origin: settings.LOG_ORIGIN ?? "ddd.localhost",
    signingKeys: settings.LOG_SIGNING_KEYS ?? made?.LOG_SIGNING_KEYS ?? none
  },
  refresh: settings.REFRESH_KEY ?? made?.REFRESH_KEY ?? none,
  refreshKeyId: settings.REFRESH_KEY_KEY_ID,
  accessTokens: settings.JWT_PRIVATE_KEYS ?? made?.JWT_PRIVATE_KEYS ?? none,
  internalTokens: settings.INTERNAL_API_TOKEN ?? [made?.INTERNAL_API_TOKEN ?? none]
})

export type Keys = ReturnType<typeof keysFrom>
