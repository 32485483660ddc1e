/** What the set-up of a test run hands to the test files, in a form that crosses from process to process. */
import { Redacted } from "effect"
import { inject } from "vitest"
import type { PgConnection } from "../database/Provision.ts"

/** The administrator of the run's PostgreSQL, the password in clear text. */
export interface ProvidedPostgres {
  readonly admin: Readonly<{
    url?: string
    host?: string
    username: string
    password?: string
    database: string
  }>
  /** Begins the names of this run's databases, so that runs on one server do not meet. */
  readonly prefix: string
}

declare module "vitest" {
  interface ProvidedContext {
    readonly postgres: ProvidedPostgres
  }
}

/** `connection` as it can be handed over. */
export const provided = ({ password, url, ...rest }: PgConnection): ProvidedPostgres["admin"] => ({
  ...rest,
  ...(url === undefined ? {} : { url: Redacted.value(url) }),
  ...(password === undefined ? {} : { password: Redacted.value(password) })
})

/** The administrator's connection, in a test file. */
export const injectedAdmin = (): PgConnection => {
  const { password, url, ...rest } = inject("postgres").admin
  return {
    ...rest,
    ...(url === undefined ? {} : { url: Redacted.make(url) }),
    ...(password === undefined ? {} : { password: Redacted.make(password) })
  }
}

/** The beginning of the names of this run's databases, in a test file. */
export const injectedPrefix = (): string => inject("postgres").prefix
