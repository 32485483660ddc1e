/**
 * The client as others have it: packed, installed in a project outside the workspace, as docs/integrate.md says, letter for letter; then in
 * bundles for browsers and for React Native.
 */
import { afterAll, assert, beforeAll, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFile, type ExecFileOptions, execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createContext, runInContext } from "node:vm"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"
import { sure } from "../support/Ddd.ts"
import { newAccount, until } from "../support/Device.ts"
import { Site } from "../support/Site.ts"

const root = join(import.meta.dirname, "../../../..")
const page = readFileSync(join(root, "docs/integrate.md"), "utf8")

/** The page's blocks of a language, in their order. */
const blocks = (language: string): ReadonlyArray<string> =>
  [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , text = ""]) => text)

const [pack = "", install = "", signUp = "", credit = "", byHand = ""] = blocks("sh")
const [play = ""] = blocks("js")

const run = (file: string, args: ReadonlyArray<string>, options: ExecFileOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(file, args, { timeout: 120_000, ...options }, (error, stdout, stderr) => {
      if (error === null) resolve(String(stdout))
      else reject(new Error(`${file} ${args.join(" ")}: ${String(stdout)}${String(stderr)}`))
    })
  })

const hasRegistry = await run("npm", ["view", "openapi-fetch@0.17.0", "version"], { timeout: 20_000 }).then(
  () => true,
  () => false
)

/** The Nodes at hand: that of the project, and the machine's. */
const nodes = [process.execPath, "/usr/bin/node", "/usr/local/bin/node"].filter((path) =>
  existsSync(path) && Number(/^v(\d+)/.exec(execFileSync(path, ["--version"], { encoding: "utf8" }))?.[1]) >= 20
)

describe.skipIf(!hasRegistry)("outside the workspace", { meta: { needs: "the npm registry" } }, () => {
  let app = ""
  /** A block of the page, in a shell, against this server in place of the page's; what is built goes beside the app. */
  const shell = (block: string, url: string): Promise<string> =>
    run("sh", ["-ec", block.replaceAll("http://localhost:8080", url).replaceAll("./dist/", `${app}/dist/`)], {
      cwd: root,
      env: {
        ...process.env,
        APP: app,
        DDD_DIST: join(app, "dist"),
        npm_config_prefer_offline: "true",
        npm_config_audit: "false"
      }
    })
  /** The script of a project that imports what is installed there, joined into one. */
  const bundled = async (text: string, conditions: ReadonlyArray<string>): Promise<string> => {
    const input = join(app, "bundled.mjs")
    writeFileSync(input, text)
    const bundle = await rolldown({
      cwd: app,
      input,
      logLevel: "silent",
      platform: conditions.includes("browser") ? "browser" : "neutral",
      resolve: { conditionNames: [...conditions] }
    })
    const { output } = await bundle.generate({ format: "iife", minify: true })
    await bundle.close()
    assert.lengthOf(output, 1)
    const [{ code, imports }] = output
    assert.deepStrictEqual(imports, [])
    return code
  }

  beforeAll(async () => {
    app = mkdtempSync(join(tmpdir(), "ddd-app-"))
    writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }))
    await shell(pack, "")
    await shell(install, "")
  }, 180_000)
  afterAll(() => rmSync(app, { recursive: true, force: true }))

  layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("the client", (it) => {
    it.effect("does what docs/integrate.md says, letter for letter", () =>
      Effect.gen(function*() {
        const { advance, ddd, untilDrawn, urls: [url = ""] } = yield* Site
        const told = yield* Effect.promise(() => shell(signUp, url))
        assert.include(told, "\"username\":\"ann\"")
        const [, command = ""] = /^npm run -s ddd -- (.*)\n$/.exec(credit) ?? assert.fail(credit)
        const credited = yield* ddd([...command.split(" "), ...sure])
        assert.strictEqual(credited.code, 0, credited.stderr)
        assert.isAtMost(play.trimEnd().split("\n").length, 10)
        writeFileSync(join(app, "play.mjs"), play.replaceAll("http://localhost:8080", url))
        const spent: Array<string> = []
        for (const node of nodes) spent.push(yield* Effect.promise(() => run(node, ["play.mjs"], { cwd: app })))
        assert.deepStrictEqual(spent, nodes.map((_, nth) => `${4 - nth}.00 true PENDING OPEN\n`))
        assert.include(page, "`4.00 true PENDING OPEN`")
        const answers = yield* Effect.promise(() => shell(byHand, url))
        assert.match(answers, /"ticketId":"DDL-20260203-/)
        assert.include(answers, `"balance":"${4 - nodes.length}.00"`)
        // of a draw that is drawn
        yield* advance(14 * 3_600_000)
        yield* untilDrawn("2026-02-03")
        const verify = [
          ...play.split("\n").filter((line) => !/purchaseTicket|checkTicket|console/.test(line)),
          "console.log((await new Proofs({ client, storage, keys }).verifyDraw(\"2026-02-03\")).verdict)"
        ]
        writeFileSync(join(app, "verify.mjs"), verify.join("\n").replaceAll("http://localhost:8080", url))
        assert.strictEqual(
          yield* Effect.promise(() => run(process.execPath, ["verify.mjs"], { cwd: app })),
          "VALID SIGNED\n"
        )
      }))

    it.effect("runs in React Native's bundle, without anything of Node's", () =>
      Effect.gen(function*() {
        const { ask, deposit, urls: [url = ""] } = yield* Site
        const code = yield* Effect.promise(() =>
          bundled(
            `import { makeClient, memoryStorage } from "@ddd/client"
import { Proofs } from "@ddd/client/proof"
globalThis.ddd = { makeClient, memoryStorage, Proofs }`,
            ["react-native", "import", "default"]
          )
        )
        assert.notMatch(code, /\brequire\(|["'`]node:|\bBuffer\b/)
        // what React Native has, of what is used here
        const { AbortController, FormData, Headers, Request, Response, TextDecoder, TextEncoder, WebSocket } =
          globalThis
        const platform = { AbortController, FormData, Headers, Request, Response, TextDecoder, TextEncoder, WebSocket }
        const context = createContext({ ...platform, atob, btoa, clearTimeout, fetch, setTimeout })
        runInContext(code, context)
        assert.strictEqual(
          runInContext("typeof process + typeof Buffer + typeof require", context),
          "undefined".repeat(3)
        )
        const account = newAccount()
        context["given"] = { url, account, keys: (yield* ask("GET", "/log/vkey")).text }
        const start = `
          let drawn = 0
          const random = (bytes) => Uint8Array.from({ length: bytes }, () => drawn++ * 37 % 256)
          const storage = ddd.memoryStorage()
          const client = ddd.makeClient({ baseUrl: given.url, storage, random })
          const proofs = new ddd.Proofs({ client, storage, keys: given.keys })
          client.auth.signUp(given.account).then(({ id }) => id)`
        const id: unknown = yield* Effect.promise(async () => await runInContext(start, context))
        yield* deposit({ id: String(id) }, "1.00")
        const views: Array<boolean> = []
        context["seen"] = (isStale: boolean) => views.push(isStale)
        const verdict: unknown = yield* Effect.promise(async () =>
          await runInContext(
            `client.live.watchDraw(({ isStale }) => seen(isStale))
            client.lottery.purchaseTicket().then(({ tickets: [{ drawDate }] }) => proofs.verifyDraw(drawDate)).then(({ verdict }) => verdict)`,
            context
          )
        )
        assert.match(String(verdict), /^PENDING OPEN$/)
        yield* Effect.promise(() => until("live", () => views.includes(false)))
        runInContext("client.close()", context)
      }))

    it.effect("is small in a browser's bundle: 15 KiB at most without the verifier", () =>
      Effect.promise(async () => {
        const code = await bundled(`export * from "@ddd/client"\nexport * from "@ddd/client/browser"`, [
          "browser",
          "import",
          "default"
        ])
        assert.isAtMost(gzipSync(code).length, 15 * 1024)
        assert.notMatch(code, /\brequire\(|["'`]node:|\bBuffer\b|sha256/i)
      }))

    it.effect("has types, which hold what an app says against the contract", () =>
      Effect.promise(async () => {
        writeFileSync(
          join(app, "app.ts"),
          `import { type ClientError, isClientError, makeClient, memoryStorage, type Ticket } from "@ddd/client"
import { browserPorts } from "@ddd/client/browser"
import { Proofs } from "@ddd/client/proof"

const client = makeClient({ baseUrl: "https://lottery.example.com", ...browserPorts() })
export const bought: Promise<ReadonlyArray<Ticket>> = client.lottery.purchaseTicket({ quantity: 2 }).then(({ tickets }) => tickets)
export const proofs = new Proofs({ client, storage: memoryStorage(), keys: "" })
// @ts-expect-error a number of tickets is no text
export const wrong = client.lottery.purchaseTicket({ quantity: "2" })
// @ts-expect-error nobody's status
export const tickets = client.lottery.tickets({ status: "shiny" })
export const why = (error: unknown): string => isClientError(error) ? reason(error) : "a fault"
const reason = (error: ClientError): string => {
  switch (error.code) {
    case "insufficient_funds":
      return "too little money"
    case "timed_out":
      return error.until ?? ""
    // @ts-expect-error no code of the contract's
    case "shiny":
      return ""
    default:
      return error.detail
  }
}
`
        )
        const options = "--noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler --target es2022"
        const args = [...options.split(" "), "--lib", "es2022,dom,dom.iterable", "--types", "", "app.ts"]
        assert.strictEqual(await run(join(root, "node_modules/.bin/tsc"), args, { cwd: app }), "")
      }))
  })
})
