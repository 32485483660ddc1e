/**
 * `npm test`: the checks (types, lint, format, arrows, dead code, joining `ddd` into few files), then every test against a real PostgreSQL.
 *
 * A check counts as one that passed or failed. Ends with why tests were skipped, `N skipped` and, alone on the last line,
 * `N passed, N failed`. Arguments go to Vitest: `npm test -- packages/core`. `--quick` leaves out what starts servers and browsers.
 * `--busy` has two loops beside it that never rest, as on a machine that others use.
 */
import { spawn } from "node:child_process"
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const scratch = mkdtempSync(join(tmpdir(), "ddd-npm-test-"))
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }))

/** What `--quick` leaves out: tests that start whole servers, browsers and builds, and long runs. */
const slow = [
  "packages/adapters-pg/test/{Contracts,Model}.test.ts",
  "packages/adapters-pg/test/{books,embedded}/**",
  "packages/adapters-pg/test/sales/SalesFaults.test.ts",
  "packages/bench/**",
  "packages/cli/test/{ClockSteps,LiveSilence,Years}.test.ts",
  "packages/cli/test/{accounts,checks,client,commands,database,money,proof,requests,rooms,terminal,web}/**",
  "packages/core/test/proof/Mutations.test.ts",
  "packages/http/test/engine/**",
  "packages/sim/test/model/**",
  "scripts/{arrows,build}.test.mjs"
]

/** Runs a program; what it says is shown when it fails. A file takes its output, whole and in order. */
const check = (name, file, ...args) =>
  new Promise((resolve) => {
    const begin = performance.now()
    const output = join(scratch, name)
    const descriptor = openSync(output, "w")
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", descriptor, descriptor] })
    child.once("error", (error) => writeSync(descriptor, `${error.message}\n`))
    child.once("close", (code) => {
      closeSync(descriptor)
      const seconds = ((performance.now() - begin) / 1000).toFixed(1)
      process.stdout.write(
        code === 0
          ? `ok      ${name} (${seconds} s)\n`
          : `FAILED  ${name} (${seconds} s)\n${readFileSync(output, "utf8")}\n`
      )
      resolve(code === 0)
    })
  })

/** Runs Vitest with its output on ours; the counts are those of its run, or one failure when it came to no run. */
const runTests = (args) =>
  new Promise((resolve) => {
    const file = join(scratch, "counts.json")
    const reporters = ["--reporter=default", "--reporter=./scripts/countReporter.mjs"]
    const child = spawn("vitest", ["run", ...reporters, ...args], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      // hundreds of processes run the same sources, which are joined, read and compiled once
      env: {
        NODE_COMPILE_CACHE: join(scratch, "compiled"),
        DDD_PROGRAM: join(programFolder, "main.mjs"),
        ...process.env,
        TEST_COUNTS: file
      }
    })
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal))
    child.once("error", (error) => process.stdout.write(`${error.message}\n`))
    child.once("close", (code) => {
      const counts = existsSync(file)
        ? JSON.parse(readFileSync(file, "utf8"))
        : { passed: 0, failed: 0, skipped: 0, reasons: {} }
      if (code !== 0 && counts.failed === 0) counts.failed = 1
      resolve(counts)
    })
  })

const programFolder = join(scratch, "ddd")
const ours = ["--quick", "--busy"]
const asked = process.argv.slice(2)
const quick = asked.includes("--quick")

/** Never rests, for as long as whoever started it is there. */
const busyLoop = "const { ppid } = process; while (process.ppid === ppid);"
if (asked.includes("--busy")) {
  for (const _ of [1, 2]) spawn(process.execPath, ["-e", busyLoop], { stdio: "ignore" }).unref()
}

const checks = await Promise.all([
  check("types", "tsc", "-b"),
  check("lint", "oxlint", "--type-aware"),
  check("format", "dprint", "check"),
  check("arrows", "depcruise", "packages", "scripts"),
  check("dead code", "knip", "--no-progress", "--treat-config-hints-as-errors"),
  check("program", process.execPath, "scripts/program.mjs", programFolder)
])
const counts = await runTests([
  ...asked.filter((argument) => !ours.includes(argument)),
  ...quick ? slow.map((glob) => `--exclude=${glob}`) : []
])
const passed = counts.passed + checks.filter((ok) => ok).length
const failed = counts.failed + checks.filter((ok) => !ok).length
if (quick) process.stdout.write("quick: servers, browsers, builds and long runs were left out\n")
for (const [reason, count] of Object.entries(counts.reasons)) process.stdout.write(`skipped: ${reason} (${count})\n`)
process.stdout.write(`${counts.skipped} skipped\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
