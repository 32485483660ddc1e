/**
 * Names of the environment that are meant for this program, though nothing reads them (decision 24).
 *
 * Who sets one believes in something that is not so: that requests are limited, that a secret is in place. So each is refused.
 * An environment also holds the names of many other programs, which are none of our business: a name counts as ours only by the
 * rules below.
 */
import type { ConfigProblem } from "./ConfigProblem.ts"
import { type VariableName, variableNames, variables } from "./Variables.ts"

/** Beginnings of names that are ours alone, or of a service that nothing else in this environment talks to. */
const families = [
  "DEV_CLOCK_",
  "DRAND_",
  "CHECKOUT_",
  "FOUR_EYES",
  "JWT_PRIVATE_",
  "KYC_",
  "LOG_SIGNING_",
  "MAX_TICKETS",
  "MIN_AGE",
  "PRIZE_HOLD",
  "PRIZE_REPORT_",
  "REVENUECAT_",
  "ROOM_PRIZE_",
  "SEED_KEY_",
  "STRIPE_",
  "TICKET_SEAL_"
]

/** Names of a family that others read or make: Stripe's own tools and the app, Kubernetes for a service of such a name. */
const othersInFamilies = /^STRIPE_(?:API_KEY|CLI_.*|DEVICE_NAME|PUBLISHABLE_KEY)$|_SERVICE_(?:HOST|PORT)|_PORT(?:_|$)/

/** Names of ours that other programs have too: what resembles them may be theirs. */
const shared: ReadonlySet<VariableName> = new Set(["DATA_DIR", "ENGINE", "HOST", "LOG_LEVEL", "PORT"])

const isSecret = (name: VariableName): boolean => variables[name].form.secret

const readNames: ReadonlySet<string> = new Set(
  variableNames.flatMap((name) => isSecret(name) ? [name, `${name}_FILE`] : [name])
)

/** What a slip of the fingers may have been meant for. */
const slipTargets = [...readNames].filter((name) =>
  name.length >= 8 && !variableNames.some((each) => each === name && shared.has(each))
)

/** A slip is one letter too many, too few, another, or two in each other's place; never the first letter. */
const slipsMax = (name: string): number => name.length < 13 ? 1 : 2

/** Each word in the singular, as far as letters tell. */
const inSingular = (name: string): string => name.replaceAll(/IES(?=_|$)/g, "Y").replaceAll(/(?<!S)S(?=_|$)/g, "")

const meantBy = (name: string): string | undefined =>
  slipTargets.find((target) =>
    name[0] === target[0] && (slips(name, target) <= slipsMax(target) || inSingular(name) === inSingular(target))
  )

/** How many slips lead from one text to the other, where no letter is touched twice (optimal string alignment). */
const slips = (left: string, right: string): number => {
  const rows: Array<ReadonlyArray<number>> = [Array.from({ length: right.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= left.length; row++) {
    const next = [row]
    rows.push(next)
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1]
      const isSwapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      next.push(Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY
      ))
    }
  }
  return at(left.length, right.length)
}

/** Why a name that is set cannot stay; undefined where it is read, or a stranger's. */
const whyRefused = (name: string): string | undefined => {
  if (readNames.has(name)) return undefined
  const base = name.replace(/_FILE$/, "")
  const ours = variableNames.find((each) => each === base && !shared.has(each))
  if (ours !== undefined) return `${name} is not read: only secrets come from files. Set ${ours}, and remove ${name}.`
  const upper = name.toUpperCase()
  if (othersInFamilies.test(upper)) return undefined
  const meant = meantBy(upper)
  if (meant !== undefined) return `${name} is not read. Did you mean ${meant}? Correct or remove it.`
  const family = families.find((beginning) => name.startsWith(beginning))
  if (family === undefined) return undefined
  const known = variableNames.filter((each) => each.startsWith(family))
  return `${name} is not read. Of ${family}… there are ${known.join(", ")}. Correct or remove it.`
}

/** A problem for each name that is set, meant for this program, and read by nothing. */
export const unknownNames = (environment: Readonly<Record<string, string | undefined>>): ReadonlyArray<ConfigProblem> =>
  Object.entries(environment).flatMap(([name, value]) => {
    const message = value === undefined || value === "" ? undefined : whyRefused(name)
    return message === undefined ? [] : [{ name, message }]
  })

/** An environment without anything that this program reads, or would refuse as meant for it. */
export const withoutOurs = (
  environment: Readonly<Record<string, string | undefined>>
): Readonly<Record<string, string | undefined>> => {
  const refused = new Set(unknownNames(environment).map(({ name }) => name))
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !readNames.has(name) && !refused.has(name)))
}
