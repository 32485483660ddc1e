/** What is published works as it is published: JavaScript alone, on the dependencies it declares, which for the verifier are none. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { execFileSync, spawn } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseAst } from "vitest/node"

const root = join(import.meta.dirname, "..")
const built = join(root, "dist", "core")
const verifier = join(root, "dist", "ddd-verify.mjs")
const golden = (name) => join(root, "packages", "core", "test", "vectors", "draws", `${name}.ndjson`)
const vkey = "draws.example.com+2a03c5d8+Aawnxtg4B75l7Z0nkdNbY7nQNvxZ/ad+/DFKV5jBaV9n"

beforeAll(() => {
  execFileSync(process.execPath, [join(import.meta.dirname, "build.mjs")], { stdio: "ignore" })
}, 60_000)

describe("the build", () => {
  it("makes a core that runs without the sources", async () => {
    assert.isTrue(existsSync(join(built, "src", "proof", "Verifier.d.ts")))
    // where it is installed its dependencies lie beside it; here they are the workspace's
    const dependencies = join(built, "node_modules")
    rmSync(dependencies, { force: true })
    symlinkSync(join(root, "packages", "core", "node_modules"), dependencies)
    const { verifyBundle } = await import(pathToFileURL(join(built, "src", "proof", "Verifier.js")).href)
    const { nobleSha256 } = await import(pathToFileURL(join(built, "src", "hash", "Hash.js")).href)
    const verdict = await verifyBundle(nobleSha256, [readFileSync(golden("daily-7"))], {})
    assert.strictEqual(verdict.verdict, "VALID ARITHMETIC")
  })

  it("makes a verifier that is one file and imports Node's own modules alone", () => {
    const text = readFileSync(verifier, "utf8")
    const imports = parseAst(text).body.flatMap((node) => node.source ? [node.source.value] : [])
    assert.isAbove(imports.length, 0)
    for (const from of imports) assert.match(from, /^node:/)
    assert.notMatch(text, /\bimport\(|\brequire\(/)
    assert.isTrue(text.startsWith("#!/usr/bin/env node\n"))
    assert.strictEqual(statSync(verifier).mode & 0o111, 0o111)
    assert.isBelow(text.length, 512 * 1024)
  })
})

describe("the verifier that servers offer", () => {
  it("is the one that anyone builds from the sources", () => {
    const offered = join(root, "packages", "web", "dist", "pages", "ddd-verify.mjs")
    assert.isTrue(readFileSync(offered).equals(readFileSync(verifier)))
  })
})

/** The Nodes at hand: that of the project, and whichever the machine has. */
const nodes = [process.execPath, "/usr/bin/node", "/usr/local/bin/node"].filter((path) => existsSync(path)).flatMap(
  (path) => {
    const version = execFileSync(path, ["--version"], { encoding: "utf8" }).trim()
    return Number(/^v(\d+)/.exec(version)?.[1]) >= 20 ? [[version, path]] : []
  }
)

const run = (node, args, input) =>
  new Promise((resolve) => {
    // far from the project: nothing of it can be of help
    const folder = mkdtempSync(join(tmpdir(), "ddd-verify-"))
    const file = join(folder, "ddd-verify.mjs")
    copyFileSync(verifier, file)
    const child = spawn(node, [file, ...args], { cwd: folder, env: { PATH: "/usr/bin:/bin" }, stdio: "pipe" })
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (chunk) => (stdout += chunk))
    child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk))
    child.once("close", (code) => {
      rmSync(folder, { recursive: true, force: true })
      resolve({ code, stdout, stderr, last: stdout.trimEnd().split("\n").at(-1) })
    })
    child.stdin.end(input)
  })

describe.each([...new Map(nodes)])("ddd-verify.mjs on Node %s", (_, node) => {
  const altered = readFileSync(golden("daily-7"), "utf8").replace("DDL-20260203-DEE7E", "DDL-20260203-DEE7F")

  it("finds golden bundles valid, from a file, from stdin and from a URL", async () => {
    const server = createServer((_, response) => response.end(readFileSync(golden("room-quicknet-50"))))
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
    try {
      const { port } = server.address()
      const [file, stdin, url] = await Promise.all([
        run(node, [golden("room-quicknet-50"), "--vkey", vkey]),
        run(node, ["-"], readFileSync(golden("daily-0"))),
        run(node, [`http://127.0.0.1:${port}/`, "--vkey", vkey])
      ])
      assert.deepStrictEqual([file.code, file.last, file.stderr], [0, "VALID BEACON", ""])
      assert.deepStrictEqual([stdin.code, stdin.last], [0, "VALID ARITHMETIC"])
      assert.deepStrictEqual([url.code, url.last], [0, "VALID BEACON"])
      assert.match(file.stdout, /^✓ +8 {2}.*rules out a forged beacon$/m)
    } finally {
      server.close()
    }
  })

  it("ends with 1 where one is invalid, with 2 where there is nothing to read or the options are wrong", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ddd-altered-"))
    try {
      writeFileSync(join(folder, "altered"), altered)
      const [file, stdin, missing, wrong, none] = await Promise.all([
        run(node, [join(folder, "altered")]),
        run(node, ["-", "--json"], altered),
        run(node, ["no-such-file"]),
        run(node, ["-", "--vkey", "x"], ""),
        run(node, [])
      ])
      assert.deepStrictEqual([file.code, file.last], [1, "INVALID 5"])
      assert.deepInclude(JSON.parse(stdin.stdout), { verdict: "INVALID 5", exit: 1, valid: false })
      assert.strictEqual(stdin.code, 1)
      assert.deepStrictEqual([missing.code, missing.last], [2, "UNREADABLE"])
      for (const { code, stderr, stdout } of [wrong, none]) {
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.notMatch(stderr, /^\s+at /m)
      }
      assert.include(wrong.stderr, "--vkey")
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it("asks a server for all of its draws, and watches it", async () => {
    const answers = {
      "/lottery/draw-history?limit=100": `{"items":[],"nextCursor":null}`,
      "/log/vkey": `${vkey}\n`
    }
    const server = createServer(({ url }, response) => {
      response.writeHead(answers[url] === undefined ? 404 : 200).end(answers[url] ?? "{}")
    })
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
    try {
      const address = `http://127.0.0.1:${server.address().port}`
      const [all, watched, elsewhere] = await Promise.all([
        run(node, ["--all", address]),
        run(node, ["watch", address, "--once"]),
        run(node, ["--all", `${address}/elsewhere`])
      ])
      assert.deepStrictEqual([all.code, all.last], [
        0,
        "0 draws: 0 valid, 0 void, 0 pending, 0 invalid, 0 missing, 0 unreadable"
      ])
      assert.strictEqual(watched.code, 0, watched.stderr)
      assert.include(watched.stdout, vkey)
      assert.strictEqual(elsewhere.code, 2)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it("tells how it is used", async () => {
    const { code, stdout } = await run(node, ["--help"])
    assert.strictEqual(code, 0)
    for (const told of ["--all <url>", "--seen-at <time>", "watch <url>", "--once"]) assert.include(stdout, told)
  })
})
