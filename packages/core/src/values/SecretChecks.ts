/**
 * Which secrets a database knows, by values that tell nothing of them.
 *
 * What was made with a secret can only be used with the same one: tickets sealed with another under the same key id can never be verified,
 * a seed encrypted with it never opened. So the value of each key id is kept at its first use, and whoever comes with another is refused.
 */
import { Result } from "effect"

/** The variables whose secrets are known; LOG_ORIGIN is no secret, and as lasting. */
export type SecretName =
  | "TICKET_SEAL_SECRET"
  | "SEED_KEY"
  | "LOG_ORIGIN"
  | "LOG_SIGNING_KEYS"
  | "JWT_PRIVATE_KEYS"
  | "REFRESH_KEY"

/** What a database keeps of a secret. */
export interface SecretCheck {
  readonly name: SecretName
  /** The id that the environment gives the key; of keys that have none, one made from their public part. */
  readonly keyId: string
  /** The same for the same secret: a derivation under a label of its own, or the public part of a signing key. */
  readonly value: string
}

/** A secret that this process has. */
export interface HeldSecret extends SecretCheck {
  /** Whether it is an earlier one, from the variable `…_PREVIOUS`. */
  readonly isPrevious: boolean
}

/** Names a secret within its database. */
export const secretOf = ({ keyId, name }: Pick<SecretCheck, "keyId" | "name">): string => `${name} ${keyId}`

/** How a variable's secret is exchanged for another. */
const rotation: Readonly<Record<SecretName, string>> = {
  TICKET_SEAL_SECRET:
    "A new secret needs a key id of its own: TICKET_SEAL_SECRET_KEY_ID, with the old one in TICKET_SEAL_SECRET_PREVIOUS.",
  SEED_KEY: "A new key needs a key id of its own: SEED_KEY_KEY_ID, with the old one in SEED_KEY_PREVIOUS.",
  LOG_ORIGIN: "It cannot be changed: it is the name that every record is signed under.",
  LOG_SIGNING_KEYS: "A new key is added beside the old ones, with `ddd log-key rotate`.",
  JWT_PRIVATE_KEYS: "A new key needs a key id of its own, and stands before the old ones.",
  REFRESH_KEY:
    "A new key needs a key id of its own: REFRESH_KEY_KEY_ID. Mailed links that were not used stop working by it."
}

const variableOf = ({ isPrevious, name }: HeldSecret): string => isPrevious ? `${name}_PREVIOUS` : name

const keyOf = ({ keyId, name }: HeldSecret): string =>
  name === "LOG_ORIGIN" || name === "LOG_SIGNING_KEYS" ? "" : ` under the key id ${keyId}`

/** The variable, what is wrong with it, and what to do. No secret is in it; of LOG_ORIGIN, which is public, the value is. */
const refusalOf = (held: HeldSecret, known: SecretCheck | undefined): string => {
  const right = held.name === "LOG_ORIGIN" && known !== undefined ? ` (${known.value})` : ""
  return `${variableOf(held)} is not what this database was used with${keyOf(held)}. ` +
    `Set it to what it was${right}, or use another database. ${rotation[held.name]}`
}

/** What is wrong with a secret that the database knows, or that what stands there contradicts. */
const problemOf = (
  held: HeldSecret,
  known: ReadonlyMap<string, SecretCheck>,
  contradicted: ReadonlySet<string>
): string | null => {
  const before = known.get(secretOf(held))
  if (before !== undefined) return before.value === held.value ? null : refusalOf(held, before)
  return contradicted.has(secretOf(held)) ? refusalOf(held, undefined) : null
}

/**
 * Whether these secrets may be used on a database that knows `known`: which of them it is to keep from now on, or each refusal, as a
 * sentence that says what to do.
 *
 * `contradicted`, by `secretOf`, are those that something stored says are others: a seal that is not theirs, a seed that does not open.
 * Signing keys of the log are exchanged by living side by side for a while, so one of them at least must be known.
 */
export const decideSecrets = (
  known: ReadonlyArray<SecretCheck>,
  held: ReadonlyArray<HeldSecret>,
  contradicted: ReadonlySet<string>
): Result.Result<ReadonlyArray<HeldSecret>, ReadonlyArray<string>> => {
  const byKey = new Map(known.map((check) => [secretOf(check), check]))
  const problems = held.flatMap((secret) => problemOf(secret, byKey, contradicted) ?? [])
  const logKeys = held.filter(({ name }) => name === "LOG_SIGNING_KEYS")
  const isStrangeLog = logKeys.length > 0 && known.some(({ name }) => name === "LOG_SIGNING_KEYS") &&
    !logKeys.some((key) => byKey.has(secretOf(key)))
  const strange = isStrangeLog ? logKeys.slice(0, 1).map((key) => refusalOf(key, undefined)) : []
  // a key of the log contradicted says the same of all of them
  const all = [...new Set([...problems, ...strange])]
  return all.length > 0 ? Result.fail(all) : Result.succeed(held.filter((secret) => !byKey.has(secretOf(secret))))
}
