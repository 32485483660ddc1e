/**
 * The configuration: the variables of the environment as typed values, or everything that is wrong with them at once.
 *
 * A variable that is set to nothing counts as not set. A secret may come from a file, whose path `NAME_FILE` says; one final
 * newline of it is dropped.
 */
import { visible } from "@ddd/core/values/Visible"
import { Data, Result } from "effect"
import { readFileSync } from "node:fs"
import type { ConfigProblem } from "./ConfigProblem.ts"
import type { Form } from "./Form.ts"
import { refusals } from "./Refusals.ts"
import { unknownNames } from "./UnknownNames.ts"
import {
  madeInDevelopment,
  type Need,
  type Settings,
  type Variable,
  type VariableName,
  variableNames,
  variables
} from "./Variables.ts"

/** Where a value comes from. `development`: a secret that development makes for itself, in the data folder. */
export type Source = "environment" | "file" | "default" | "development" | "unset"

/** A variable as it stands. */
export interface Entry {
  readonly name: VariableName
  readonly variable: Variable<unknown>
  readonly source: Source
  /** Whether the environment says it, or a file that it names. */
  readonly given: boolean
  /** As it is written: null where there is none, or it is a secret. */
  readonly shown: string | null
  /** Undefined where it is not set, or cannot be read. */
  readonly value: unknown
}

export interface Reading {
  readonly entries: ReadonlyArray<Entry>
  readonly problems: ReadonlyArray<ConfigProblem>
}

export class ConfigInvalid
  extends Data.TaggedError("ConfigInvalid")<{ readonly problems: ReadonlyArray<ConfigProblem> }>
{
  override get message() {
    return ["The configuration cannot be used:", ...this.problems.map(({ message }) => `  ${visible(message)}`)].join(
      "\n"
    )
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

interface Found {
  readonly source: Source
  readonly text: string | undefined
}

/** What stands in the environment of one variable, or in its file; fails with a sentence where that cannot be told. */
const find = (environment: Environment, name: string, variable: Variable<unknown>): Result.Result<Found, string> => {
  const { fallback, form, otherwise, requiredFor } = variable
  const text = environment[name] || undefined
  const file = form.secret ? environment[`${name}_FILE`] || undefined : undefined
  if (text !== undefined && file !== undefined) {
    return Result.fail(`${name} and ${name}_FILE are both set: remove one of them.`)
  }
  if (text !== undefined) return Result.succeed({ source: "environment", text })
  if (file === undefined) {
    if (fallback !== undefined) return Result.succeed({ source: "default", text: fallback })
    const isMissing = environment["NODE_ENV"] === "production" && requiredFor !== undefined
    if (otherwise === undefined || isMissing) return Result.succeed({ source: "unset", text: undefined })
    return Result.succeed({ source: otherwise === madeInDevelopment ? "development" : "default", text: undefined })
  }
  try {
    const content = readFileSync(file, "utf8").replace(/\n$/, "")
    return content === ""
      ? Result.fail(`${name}_FILE names ${file}, which is empty: write the secret into it.`)
      : Result.succeed({ source: "file", text: content })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return Result.fail(`${name}_FILE cannot be read (${why}): name a file that this account may read.`)
  }
}

/** What is wrong with a text that a form does not read, after the name of its variable; no secret shows in it. */
const faultOf = ({ description, fault, secret }: Form<unknown>, text: string): string =>
  fault !== undefined ? `: ${fault(text)}` : ` must be ${description}${secret ? "" : `, not ${JSON.stringify(text)}`}`

/** Reads all variables, and checks what a command that has these needs must have. */
export const readConfig = (environment: Environment, needs: ReadonlyArray<Need>): Reading => {
  const problems: Array<ConfigProblem> = []
  const entries = variableNames.map((name): Entry => {
    const variable: Variable<unknown> = variables[name]
    const found = find(environment, name, variable)
    if (Result.isFailure(found)) {
      problems.push({ name, message: found.failure })
      return { name, variable, source: "unset", given: false, shown: null, value: undefined }
    }
    const { source, text } = found.success
    const value = text === undefined ? undefined : variable.form.read(text)
    if (text !== undefined && value === undefined) {
      problems.push({ name, message: `${name}${faultOf(variable.form, text)}.` })
    }
    const given = source === "environment" || source === "file"
    return { name, variable, source, given, shown: variable.form.secret ? null : text ?? null, value }
  })
  const read = Object.fromEntries(entries.map(({ name, value }) => [name, value])) as Partial<Settings>
  const unread = new Set<string>(problems.map(({ name }) => name))
  const isSet = (name: VariableName): boolean =>
    unread.has(name) || entries.some((entry) => entry.name === name && entry.given)
  problems.push(...refusals(read, isSet, needs).filter(({ name }) => !unread.has(name)))
  problems.push(...unknownNames(environment))
  return { entries, problems }
}

/** The values, where nothing is wrong with them. */
export const settingsOf = ({ entries, problems }: Reading): Result.Result<Settings, ConfigInvalid> =>
  problems.length > 0
    ? Result.fail(new ConfigInvalid({ problems }))
    // each value was read by the form that the table gives its variable
    : Result.succeed(Object.fromEntries(entries.map(({ name, value }) => [name, value])) as Settings)

/** The values as far as each could be read, whatever else is wrong; null where one that always has a value has none that can be read. */
export const readableOf = ({ entries }: Reading): Settings | null =>
  entries.some(({ value, variable }) => value === undefined && variable.fallback !== undefined)
    ? null
    // as above: what is undefined may be so by its form
    : Object.fromEntries(entries.map(({ name, value }) => [name, value])) as Settings
