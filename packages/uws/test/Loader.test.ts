import { assert, describe, it } from "@effect/vitest"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Host, load, UwsUnavailable } from "../src/Loader.ts"
import { abi, published } from "../src/Published.ts"
import { rebind } from "../src/Rebind.ts"

const packageFolder = fileURLToPath(new URL(".", import.meta.resolve("@btc-vision/uwebsockets.js")))

/** Runs `test` with a host whose folders are its own, empty. */
const withHost = (test: (host: Host) => void, changes: Partial<Host> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), "uws-"))
  try {
    const host = {
      platform: process.platform,
      arch: process.arch,
      abi: process.versions.modules,
      packageFolder: join(folder, "package"),
      cacheFolder: join(folder, "cache")
    }
    mkdirSync(host.packageFolder)
    test({ ...host, ...changes })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const refusal = (host: Host): string => {
  try {
    load(host)
  } catch (error) {
    assert.instanceOf(error, UwsUnavailable)
    return error.message
  }
  return assert.fail("it loaded")
}

describe("Loader", () => {
  it("loads the published binary, from a copy where this glibc is older, and uses that copy again", () =>
    withHost((host) => {
      assert.isFunction(load(host).App)
      const copies = () => {
        try {
          return readdirSync(host.cacheFolder)
        } catch {
          return []
        }
      }
      const first = copies()
      assert.isAtMost(first.length, 1)
      assert.isFunction(load(host).App)
      assert.deepStrictEqual(copies(), first)
    }, { packageFolder }))

  it("makes the copy anew where the cached one was changed", () =>
    withHost((host) => {
      load(host)
      for (const name of readdirSync(host.cacheFolder)) {
        const file = join(host.cacheFolder, name)
        const good = readFileSync(file)
        rmSync(file) // the file in use is mapped into this process: replace it, never write into it
        writeFileSync(file, "something else")
        load(host)
        assert.isTrue(readFileSync(file).equals(good))
      }
    }, { packageFolder }))

  it("refuses a binary with one bit changed, and says what to do", () =>
    withHost((host) => {
      const name = `uws_${host.platform}_${host.arch}_${abi}.node`
      const file = join(host.packageFolder, name)
      copyFileSync(join(packageFolder, name), file)
      const bytes = readFileSync(file)
      bytes.writeUInt8(bytes.readUInt8(5_000) ^ 1, 5_000)
      writeFileSync(file, bytes)
      const message = refusal(host)
      assert.include(message, "is not the published binary")
      assert.include(message, "install again from the lockfile")
      assert.include(message, "ENGINE=node")
    }))

  it("says so where the binary is missing", () => withHost((host) => assert.include(refusal(host), "ENGINE=node")))

  it("names ENGINE=node on a platform without a binary", () =>
    withHost((host) => {
      assert.include(refusal(host), "no binary for freebsd on x64")
      assert.include(refusal(host), "ENGINE=node")
    }, { platform: "freebsd", arch: "x64" }))

  it("names Node 24 and ENGINE=node under another ABI", () =>
    withHost((host) => {
      assert.include(refusal(host), "ABI 115")
      assert.include(refusal(host), "Run Node 24")
      assert.include(refusal(host), "ENGINE=node")
    }, { abi: "115" }))

  it("lists every binary of this ABI that the package has", () => {
    const names = readdirSync(packageFolder).filter((name) => name.endsWith(`_${abi}.node`))
    assert.deepStrictEqual(
      new Set(names),
      new Set(Array.from(published.keys(), (system) => `uws_${system}_${abi}.node`))
    )
  })
})

describe("rebind", () => {
  it("refuses what is not an ELF file", () => {
    assert.throws(() => rebind(Buffer.from("MZ")), "not an ELF file")
    assert.throws(() => rebind(Buffer.alloc(128)), "not an ELF file")
  })

  it("refuses an ELF file that does not ask for glibc 2.38 at all", () => {
    const elf = Buffer.alloc(128)
    elf.write("\x7fELF", "latin1")
    assert.throws(() => rebind(elf), "missing from the ELF file")
  })
})
