/** What may not be, however well each variable is spelled (DESIGN.md, "Configuration", last paragraph). */
import { type Need, type Settings, type VariableName, variableNames, variables } from "./Variables.ts"

/** A variable that cannot stay as it is: a whole sentence that names it and says what to do. */
export interface Problem {
  readonly name: VariableName
  readonly message: string
}

const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1"

/** Checks the values together; `isSet` tells whether the environment says anything of a variable. */
export const refusals = (
  settings: Partial<Settings>,
  isSet: (name: VariableName) => boolean,
  needs: ReadonlyArray<Need>
): ReadonlyArray<Problem> =>
  settings.NODE_ENV === "production"
    ? [...missing(isSet, needs), ...productionRefusals(settings, isSet, needs)]
    : developmentRefusals(settings, needs)

const missing = (isSet: (name: VariableName) => boolean, needs: ReadonlyArray<Need>): ReadonlyArray<Problem> =>
  variableNames.flatMap((name) => {
    const { form, help, requiredFor } = { requiredFor: undefined, ...variables[name] }
    if (requiredFor === undefined || !needs.includes(requiredFor) || isSet(name)) return []
    const how = form.secret ? `Set ${name}, or ${name}_FILE to a file that holds it` : `Set ${name}`
    return [{ name, message: `${name} is missing, which production needs (${help}). ${how}.` }]
  })

const productionRefusals = (
  settings: Partial<Settings>,
  isSet: (name: VariableName) => boolean,
  needs: ReadonlyArray<Need>
): ReadonlyArray<Problem> => {
  const problems: Array<Problem> = []
  const refuse = (name: VariableName, message: string) => problems.push({ name, message: `${name} ${message}` })
  if (settings.PUBLIC_URL !== undefined && settings.PUBLIC_URL.protocol !== "https:") {
    refuse("PUBLIC_URL", "must begin with https:// in production.")
  }
  if (needs.includes("draws") && isSet("BEACON") && settings.BEACON === "none" && settings.ALLOW_NO_BEACON !== "yes") {
    refuse(
      "ALLOW_NO_BEACON",
      "must be yes where BEACON is none in production: without a beacon the operator alone knows the seed before the lock."
    )
  }
  if (settings.DEV_CLOCK_START !== undefined) {
    refuse("DEV_CLOCK_START", "is refused in production: its clock is the database's. Remove it.")
  }
  return problems
}

const developmentRefusals = (settings: Partial<Settings>, needs: ReadonlyArray<Need>): ReadonlyArray<Problem> => {
  const { ALLOW_INSECURE_DEV, HOST } = settings
  if (!needs.includes("server") || HOST === undefined || isLoopback(HOST) || ALLOW_INSECURE_DEV === "yes") return []
  return [{
    name: "HOST",
    message:
      `HOST is ${HOST}, which others can reach, and this is development, with secrets and rules for one machine. ` +
      "Use 127.0.0.1, or set ALLOW_INSECURE_DEV=yes where nobody else is on the network."
  }]
}
