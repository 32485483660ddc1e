/** What `ddd` writes arrives, whoever reads it and however; and what cannot be written is no success. */
import { assert, describe, it } from "@effect/vitest"
import { execFile, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import stringWidth from "string-width"
import { invocationOf } from "../../src/Invocation.ts"

const main = join(import.meta.dirname, "../../src/main.ts")
const root = join(import.meta.dirname, "../../../..")

/** As a shell runs it: `ddd` and `node` are what they are there. */
const shell = (line: string, env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly code: number | string; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile("bash", ["--norc", "-c", `set -o pipefail; ddd() { "${process.execPath}" "${main}" "$@"; }; ${line}`], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      maxBuffer: 1 << 26
    }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }))
  })

/** A table whose every line is as long as this text: megabytes. */
const large = { DATA_DIR: "x".repeat(120_000) }

describe("the output of ddd", { timeout: 120_000 }, () => {
  it("is whole where its reader is slow", async () => {
    const file = join(fs.mkdtempSync(join(tmpdir(), "ddd-output-")), "whole")
    await shell(`ddd config > ${file}`, large)
    const { size } = fs.statSync(file)
    fs.rmSync(join(file, ".."), { recursive: true })
    assert.isAbove(size, 2_000_000)
    const child = spawn(process.execPath, [main, "config"], { env: large, stdio: ["ignore", "pipe", "inherit"] })
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    let length = 0
    for await (const chunk of child.stdout) length += Buffer.from(chunk).length
    assert.strictEqual(length, size)
    assert.strictEqual(await ended, 0)
  })

  it("may be cut short by its reader: the exit code stays that of the work", async () => {
    for (const line of ["ddd config | head -c 10", "ddd --help | head -c 10", "ddd config | true"]) {
      const { code, stderr } = await shell(line, large)
      assert.deepStrictEqual([code, stderr], [0, ""], line)
    }
    const refused = await shell("ddd config | head -c 10", { ...large, PORT: "x" })
    assert.strictEqual(refused.code, 2)
  })

  it("that cannot be written is a failure, and said", async () => {
    for (
      const line of ["ddd config > /dev/full", "ddd --help > /dev/full", "ddd > /dev/full", "ddd verify x > /dev/full"]
    ) {
      const { code, stderr } = await shell(line)
      assert.strictEqual(code, 2, line)
      assert.include(stderr, "could not be written", line)
    }
    assert.strictEqual((await shell("ddd config 2> /dev/full")).code, 0)
  })

  it("is help where no command is named, and a refusal where an unknown one is", async () => {
    for (const line of ["ddd", "ddd draw"]) {
      const { code, stderr, stdout } = await shell(line)
      assert.deepStrictEqual([code, stderr], [0, ""], line)
      assert.match(stdout, /^Usage: ddd/)
    }
    for (const line of ["ddd frobnicate", "ddd draw frobnicate", "ddd $'\\e[2Jx\\u202e'"]) {
      const { code, stderr, stdout } = await shell(line)
      assert.deepStrictEqual([code, stdout], [2, ""], line)
      assert.include(stderr, "unknown command")
      assert.notMatch(stderr, /\P{ASCII}/u)
    }
  })

  it.skipIf(spawnSync("script", ["--version"]).status !== 0)(
    "fits a narrow terminal",
    { meta: { needs: "script, of util-linux, on the PATH" } },
    async () => {
      const line = `COLUMNS=70 script -qec '"${process.execPath}" "${main}" config' /dev/null < /dev/null`
      const lines = stripVTControlCharacters((await shell(line)).stdout).split(/\r?\n/)
      assert.match(lines[0] ?? "", /^VARIABLE +VALUE +FROM/)
      assert.isAbove(lines.length, 50)
      for (const each of lines) assert.isAtMost(stringWidth(each), 70, each)
    }
  )

  it("names commands that work where the reader is", async () => {
    assert.strictEqual(invocationOf("/usr/local/bin/ddd", "/home/ann"), "ddd")
    assert.strictEqual(invocationOf(main, root), "npm run -s ddd --")
    assert.strictEqual(invocationOf(main, "/home/ann"), `npm --prefix ${root} run -s ddd --`)
    const { stderr } = await shell("cd / && ddd user show ann", { DATA_DIR: "/dev/null/x" })
    assert.notMatch(stderr, /`ddd /)
    assert.include((await shell("ddd draw --help", { INIT_CWD: root })).stdout, "Usage: ddd draw")
    assert.include((await shell("ddd draw show --help", { INIT_CWD: root })).stdout, "$ npm run -s ddd -- draw show")
  })
})
