/**
 * A database's URL: a libpq URI, which may name several servers (`postgres://user:password@one,two:5433/name`).
 *
 * Of several servers one is the primary, which may change; the others are standbys, which take no writes. All of this program's
 * connections are to the primary, as `target_session_attrs=read-write` has it; another value of that parameter is taken for what
 * it says only where it is `any`.
 */
import { Redacted } from "effect"

/** A server: a name or an address, or the folder of a Unix socket, and a port. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** How TLS is used: not at all, if the server has it, or always. What is encrypted is verified. */
export type TlsUse = "never" | "if offered" | "always"

export interface ConnectionUrl {
  /** In the order in which they are tried; at least one. */
  readonly servers: ReadonlyArray<ServerAddress>
  readonly username: string
  readonly password: string
  readonly database: string
  readonly tls: TlsUse
  /** Whether a server that takes no writes is none of ours. */
  readonly writable: boolean
  /** Of `application_name`. */
  readonly applicationName: string | undefined
  /** Of `options`: settings of the session, passed on as they are. */
  readonly options: string | undefined
}

/** PostgreSQL's. */
export const portDefault = 5432

const form = /^(postgres(?:ql)?:\/\/)(?:([^/?#]*)@)?([^/?#]*)(.*)$/s

const tlsUses: Readonly<Record<string, TlsUse>> = {
  disable: "never",
  allow: "if offered",
  prefer: "if offered",
  require: "always",
  "verify-ca": "always",
  "verify-full": "always"
}

const portOf = (text: string | undefined): number | undefined => {
  if (text === undefined || text === "") return portDefault
  const port = Number(text)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

/** `host`, `host:port`, `[address]:port`, or nothing at all. */
const hostForm = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/

const serverOf = (text: string): ServerAddress | undefined => {
  const match = hostForm.exec(text)
  const port = portOf(match?.[3])
  if (match === null || port === undefined) return undefined
  return { host: decodeURIComponent(match[1] ?? match[2] ?? "") || "localhost", port }
}

/** `host` and `port` of the query: as many ports as hosts, or one for all of them. */
const serversOfQuery = (
  hosts: string,
  ports: string | null,
  inAuthority: ReadonlyArray<ServerAddress | undefined>
): ReadonlyArray<ServerAddress | undefined> => {
  const eachPort = ports === null ? [] : ports.split(",")
  return hosts.split(",").map((host, index) => {
    const port = ports === null
      ? inAuthority[index]?.port ?? portDefault
      : portOf(eachPort.length === 1 ? eachPort[0] : eachPort[index])
    return port === undefined ? undefined : { host: host === "" ? "localhost" : host, port }
  })
}

/** Reads a URL, its query going before its authority; `undefined` where it is none that can be used. */
export const readConnectionUrl = (secret: Redacted.Redacted): ConnectionUrl | undefined => {
  const match = form.exec(Redacted.value(secret))
  if (match === null) return undefined
  const [, scheme = "", login, authority = "", rest = ""] = match
  try {
    // the servers are ours to read: what is no single server is no URL to everybody else
    const url = new URL(`${scheme}${login === undefined ? "" : `${login}@`}localhost${rest}`)
    const query = url.searchParams
    const inAuthority = authority.split(",").map(serverOf)
    const hosts = query.get("host")
    const ports = query.get("port")
    const found = hosts === null
      ? ports === null ? inAuthority : inAuthority.map((server) => {
        const port = portOf(ports)
        return server === undefined || port === undefined ? undefined : { ...server, port }
      })
      : serversOfQuery(hosts, ports, inAuthority)
    const servers = found.filter((server) => server !== undefined)
    const tls = tlsUses[query.get("sslmode") ?? "disable"]
    if (servers.length !== found.length || tls === undefined) return undefined
    return {
      servers,
      username: query.get("user") ?? decodeURIComponent(url.username),
      password: query.get("password") ?? decodeURIComponent(url.password),
      database: query.get("dbname") ?? decodeURIComponent(url.pathname.slice(1)),
      tls,
      writable: query.get("target_session_attrs") !== "any",
      applicationName: query.get("application_name") ?? undefined,
      options: query.get("options") ?? undefined
    }
  } catch {
    return undefined
  }
}
