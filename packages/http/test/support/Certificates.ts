/** Two certificates of localhost and 127.0.0.1, valid until 2099, with their keys. They sign themselves. */
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { readTlsContext } from "../../src/engine/node/TlsContext.ts"

const folder = join(import.meta.dirname, "tls")
const read = (name: string): Buffer => readFileSync(join(folder, name))

export const firstCert = read("first-cert.pem")
export const secondCert = read("second-cert.pem")

/** What a server has of each. */
export const firstTls = Result.getOrThrow(readTlsContext(firstCert, read("first-key.pem")))
export const secondTls = Result.getOrThrow(readTlsContext(secondCert, read("second-key.pem")))
