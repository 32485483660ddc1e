/** What `ddd doctor` looks at on this machine, and at the way that clients come: its disks, files, certificates and proxies. */
import { formatInstant, instant } from "@ddd/core/values/Instant"
import { readPages } from "@ddd/http/pages/BuiltPages"
import { playBase } from "@ddd/http/pages/PlayApp"
import { Effect } from "effect"
import { X509Certificate } from "node:crypto"
import * as fs from "node:fs"
import { readFile } from "node:fs/promises"
import { isIP } from "node:net"
import { dirname } from "node:path"
import { connect } from "node:tls"
import { edgeWarning } from "../config/EdgeWarning.ts"
import type { Settings } from "../config/Variables.ts"
import { dataDirOf, proofDirOf } from "../DataDir.ts"
import * as GeoFile from "../server/GeoFile.ts"
import { pagesFolder, playAppFolder } from "../server/PagesFolder.ts"
import * as TlsFiles from "../server/TlsFiles.ts"
import { check, failed, type Finding, ok, type Said, skipped, warning } from "./Finding.ts"

/** Below so much room nothing should be left running; below the other somebody should make some. */
const roomBytesMin = 64 * 1024 ** 2
const roomBytesLow = 1024 ** 3

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2).toLocaleString("en-US")} MiB`

/** The folder, or the nearest above it that is there: where it would be made. */
const standing = (path: string): string => fs.existsSync(path) ? path : standing(dirname(path))

const roomOf = (variable: string, path: string): Said => {
  const folder = standing(path)
  try {
    fs.accessSync(folder, fs.constants.W_OK)
  } catch {
    return failed(
      `${variable}: ${folder} cannot be written by this account. Give it to the account that the server runs as.`
    )
  }
  const { bavail, bsize } = fs.statfsSync(folder)
  const room = bavail * bsize
  const left = `${variable}: ${mebibytes(room)} are left at ${folder}`
  if (room < roomBytesMin) return failed(`${left}. Make room: what cannot be remembered is not sold.`)
  return room < roomBytesLow ? warning(`${left}. Make room.`) : ok(`${left}.`)
}

const worst = (all: ReadonlyArray<Said>): Said["status"] =>
  all.some(({ status }) => status === "failed")
    ? "failed"
    : all.some(({ status }) => status === "warning")
    ? "warning"
    : "ok"

const disk = (settings: Settings): Said => {
  const all = [
    ...settings.NODE_ENV === "production" && settings.DATABASE_URL !== undefined
      ? []
      : [roomOf("DATA_DIR", dataDirOf(settings))],
    roomOf("PROOF_DIR", proofDirOf(settings))
  ]
  return { status: worst(all), message: all.map(({ message }) => message).join(" ") }
}

const dayMillis = 86_400_000
/** Whoever renews certificates by machine does so a month before, or, of those that live for days, when a third of their life is left. */
const daysLeftLow = 14
const lifeLeftLow = 1 / 4

/** From when to when a certificate is good, in milliseconds since 1970. */
interface Life {
  readonly from: number
  readonly to: number
}

/** What there is to say of the certificate that clients are shown. */
const certificateSaid = ({ from, to }: Life, fits: boolean, host: string, whose: string): Said => {
  const end = formatInstant(instant(to))
  const left = to - Date.now()
  if (!fits) return failed(`${whose} is for other names than ${host}: browsers refuse it. Get one for ${host}.`)
  if (left < 0) return failed(`${whose} ended at ${end}: browsers refuse it. Renew it.`)
  return left < Math.min(daysLeftLow * dayMillis, lifeLeftLow * (to - from))
    ? warning(`${whose} ends at ${end}, in ${Math.floor(left / dayMillis)} days. Renew it.`)
    : ok(`${whose} is for ${host}, and ends at ${end}.`)
}

/** An address in a URL may be in brackets. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "")

const isFor = (certificate: X509Certificate, host: string): boolean =>
  (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined

const ownCertificate = Effect.fnUntraced(function*(cert: string, key: string, host: string) {
  // as the server reads them
  yield* TlsFiles.read({ cert, key })
  const certificate = new X509Certificate(yield* Effect.promise(() => readFile(cert)))
  const life = { from: Date.parse(certificate.validFrom), to: Date.parse(certificate.validTo) }
  return certificateSaid(life, isFor(certificate, host), host, "The certificate of TLS_CERT")
})

const connectMillis = 5_000

/** What is shown at an https origin: a certificate, and why it is not believed, if it is not; or why nobody was reached. */
type Shown =
  | { readonly _tag: "Certificate"; readonly life: Life; readonly problem: string | null }
  | { readonly _tag: "Unreached"; readonly why: string }

const shownAt = (url: URL): Effect.Effect<Shown> =>
  Effect.callback((resume) => {
    const host = hostOf(url)
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = connect({ host, port: Number(url.port || "443"), ...name, rejectUnauthorized: false })
    const end = (shown: Shown): void => {
      resume(Effect.succeed(shown))
      socket.destroy()
    }
    const unreached = (why: string) => end({ _tag: "Unreached", why })
    socket.setTimeout(connectMillis, () => unreached(`no answer within ${connectMillis / 1000} s`))
    socket.once("error", ({ message }) => unreached(message))
    socket.once("secureConnect", () => {
      const shown = socket.getPeerCertificate()
      end({
        _tag: "Certificate",
        life: { from: Date.parse(shown.valid_from), to: Date.parse(shown.valid_to) },
        // the code of an error, whatever its type says
        problem: socket.authorized ? null : String(socket.authorizationError)
      })
    })
    return Effect.sync(() => socket.destroy())
  })

const proxysCertificate = (url: URL) =>
  Effect.map(shownAt(url), (shown): Said => {
    if (shown._tag === "Unreached") {
      return warning(
        `${url.origin} cannot be reached from here: ${shown.why}. Check the proxy, its name in DNS, and the way to it.`
      )
    }
    const whose = `The certificate at ${url.origin}`
    return shown.problem === null
      ? certificateSaid(shown.life, true, hostOf(url), whose)
      : failed(`${whose} is not one that browsers believe: ${shown.problem}. Get one from an authority that they know.`)
  })

const certificate = ({ PUBLIC_URL: url, TLS_CERT: cert, TLS_KEY: key }: Settings) =>
  url?.protocol !== "https:"
    ? Effect.succeed(skipped("PUBLIC_URL is not https."))
    : cert !== undefined && key !== undefined
    ? ownCertificate(cert, key, hostOf(url))
    : proxysCertificate(url)

const edge = (settings: Settings): Said => {
  const problem = edgeWarning(settings)
  if (problem !== null) return warning(problem)
  const { CLIENT_ADDRESS_FROM, TLS_CERT, TRUSTED_PROXIES } = settings
  if (TRUSTED_PROXIES !== undefined) {
    return ok(`Proxies of TRUSTED_PROXIES say by ${CLIENT_ADDRESS_FROM} who their clients are.`)
  }
  return ok(
    TLS_CERT === undefined
      ? "No proxy is trusted, and nothing is encrypted, as it may be in development."
      : "The server speaks TLS itself."
  )
}

const places = ({ GEO_DB }: Settings) =>
  GEO_DB === undefined
    ? Effect.succeed(skipped("GEO_DB is not set."))
    : Effect.map(GeoFile.read(GEO_DB), ({ builtAt }) =>
      ok(`GEO_DB can be read; it is of ${formatInstant(instant(builtAt.getTime()))}.`))

const pages = (): Said => {
  const missing = [
    ...readPages(pagesFolder) === null ? ["The public pages are"] : [],
    ...readPages(playAppFolder, playBase) === null ? ["The app at /play is"] : []
  ]
  return missing.length > 0
    ? warning(missing.map((each) => `${each} not built: \`npm run setup\` builds what is missing.`).join(" "))
    : ok("The public pages and the app at /play are built.")
}

/** Who runs the server, as the app says it: players are to know whom they play with. */
const operator = (settings: Settings): Said => {
  const unsaid = (["OPERATOR_NAME", "OPERATOR_URL", "TERMS_URL", "HELP_URL"] as const)
    .filter((name) => settings[name] === undefined)
  if (unsaid.length === 0) return ok("The app says who runs this server, its terms, and where there is help.")
  const said = `The app cannot say who runs this server, its terms, or where there is help: set ${unsaid.join(", ")}.`
  return settings.NODE_ENV === "production" ? warning(said) : ok(said)
}

export const machineChecks = (settings: Settings): ReadonlyArray<Effect.Effect<Finding>> => [
  check("disk", Effect.sync(() => disk(settings))),
  check("edge", Effect.succeed(edge(settings))),
  check("certificate", certificate(settings)),
  check("places", places(settings)),
  check("pages", Effect.sync(pages)),
  check("operator", Effect.sync(() => operator(settings)))
]
