/** Databases of the test run as processes are told of them. */
import type { PgConnection } from "@ddd/adapters-pg/database/Provision"
import { Redacted } from "effect"

/** The connection as a URL. */
export const urlOf = ({ database, host, password, port, url, username }: PgConnection): string => {
  const made = new URL(url === undefined ? "postgres://localhost" : Redacted.value(url))
  for (const name of ["user", "password", "dbname"]) made.searchParams.delete(name)
  made.username = encodeURIComponent(username)
  made.password = password === undefined ? "" : encodeURIComponent(Redacted.value(password))
  made.pathname = `/${database}`
  if (host !== undefined) made.searchParams.set("host", host)
  if (port !== undefined) made.searchParams.set("port", String(port))
  return made.href
}
