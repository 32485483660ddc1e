/**
 * Finds, checks and loads the native binary of uWebSockets.js.
 *
 * Only a file whose SHA-256 is listed in `Published.ts` is ever run. On a Linux whose glibc is older than 2.38 a changed
 * copy is loaded (`Rebind.ts`), made once, kept in a cache folder and checked by its hash too; the installed package,
 * whose files may be shared with other projects, is never written to.
 */
import type * as UWS from "@btc-vision/uwebsockets.js"
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { abi, published, reboundLinuxX64 } from "./Published.ts"
import { rebind } from "./Rebind.ts"

/** What the choice of a binary depends on. */
export interface Host {
  /** `process.platform` */
  readonly platform: string
  /** `process.arch` */
  readonly arch: string
  /** `process.versions.modules`: the ABI of this Node. */
  readonly abi: string
  /** Where the npm package is installed. */
  readonly packageFolder: string
  /** Where the rebound copy is kept; made where it is missing. */
  readonly cacheFolder: string
}

/** uWebSockets.js cannot be used here; the message says why and what to do. */
export class UwsUnavailable extends Error {
  override readonly name = "UwsUnavailable"
}

const instead = "Set ENGINE=node to run on Node's sockets instead."

/** The native module for `host`. Throws `UwsUnavailable`. */
export const load = (host: Host): typeof UWS => {
  const system = `${host.platform}_${host.arch}`
  const expected = published.get(system)
  if (expected === undefined) {
    throw new UwsUnavailable(`uWebSockets.js has no binary for ${host.platform} on ${host.arch}. ${instead}`)
  }
  if (host.abi !== abi) {
    throw new UwsUnavailable(
      `uWebSockets.js is set up for Node 24 (ABI ${abi}), this Node has ABI ${host.abi}. Run Node 24. ${instead}`
    )
  }
  const file = join(host.packageFolder, `uws_${system}_${abi}.node`)
  const binary = readBinary(file)
  if (sha256(binary) !== expected) {
    throw new UwsUnavailable(
      `${file} is not the published binary (SHA-256 ${sha256(binary)}, expected ${expected}); it was not loaded. ` +
        `Delete node_modules and install again from the lockfile; if this message returns, do not use the package. ${instead}`
    )
  }
  try {
    return open(file)
  } catch (cause) {
    if (system === "linux_x64" && String(cause).includes("GLIBC_2.38")) {
      return open(reboundCopy(binary, host.cacheFolder))
    }
    throw new UwsUnavailable(`${file} cannot be loaded: ${String(cause)}. It needs glibc 2.38 or newer. ${instead}`, {
      cause
    })
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const readBinary = (file: string): Buffer => {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new UwsUnavailable(`${file} cannot be read. Install again from the lockfile. ${instead}`, { cause })
  }
}

const open = (file: string): typeof UWS => {
  const module: { exports: unknown } = { exports: {} }
  process.dlopen(module, file)
  return module.exports as typeof UWS // the hash says what the file exports
}

/** The path of the rebound copy of `binary`, which is written where it is missing or is not what it should be. */
const reboundCopy = (binary: Buffer, folder: string): string => {
  const copy = join(folder, `${reboundLinuxX64}.node`)
  try {
    if (sha256(readFileSync(copy)) === reboundLinuxX64) return copy
  } catch {
    // not there yet
  }
  const rebound = rebind(binary)
  if (sha256(rebound) !== reboundLinuxX64) {
    throw new UwsUnavailable(`The copy for this glibc (older than 2.38) did not come out as reviewed. ${instead}`)
  }
  try {
    mkdirSync(folder, { recursive: true })
    const part = `${copy}.${process.pid}`
    writeFileSync(part, rebound)
    renameSync(part, copy) // whole or not at all, whoever else starts at the same time
  } catch (cause) {
    throw new UwsUnavailable(
      `${folder} cannot be written. Start once as a user who may write there. ${instead}`,
      { cause }
    )
  }
  return copy
}
