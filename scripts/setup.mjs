/**
 * Sets the project up: its own Node, its packages, the type checker's Effect rules, the built pages. Does nothing when that is done
 * already.
 *
 * Runs before every command (package.json, "scripts"), on whatever Node there is, from version 20 on: plain JavaScript,
 * no dependency. A stamp, written last, remembers for what it was done; a set-up that was cut short leaves none.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildPages } from "./pages.mjs"
import { pnpm } from "./pnpm.mjs"

/** Where there is no package with the pinned Node: the oldest that has everything the project uses. */
const oldestNode = [24, 7]

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stampFile = join(root, "node_modules", ".set-up")
const isGlibc = () => {
  process.report.excludeNetwork = true // or the report looks names up
  return process.report.getReport().header.glibcVersionRuntime !== undefined
}
const hasPinnedNode = () => process.platform === "linux" && ["x64", "arm64"].includes(process.arch) && isGlibc()

/** What the installed packages follow from, as a hash. */
const stamp = () => {
  const hash = createHash("sha256").update(`${pnpm} ${process.platform} ${process.arch}`)
  const packages = readdirSync(join(root, "packages")).sort().map((name) => join("packages", name, "package.json"))
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", "scripts/setup.mjs", ...packages]) {
    const path = join(root, file)
    if (existsSync(path)) hash.update(`\n${file}\n`).update(readFileSync(path))
  }
  return hash.digest("hex")
}

/** @type {(...lines: string[]) => never} */
const giveUp = (...lines) => {
  process.stderr.write(`\n${lines.join("\n")}\n`)
  process.exit(1)
}

/** Runs a program with its output on our stderr, which leaves stdout to the command that follows; `npm run -s` must not hush it. */
const run = (file, args, env = {}) =>
  spawnSync(file, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, CI: "true", npm_config_loglevel: "error", ...env }
  }).status === 0

const isRecentEnough = (version) => {
  const [major, minor] = version.replace("v", "").split(".").map(Number)
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
}

const nodeOfProject = () => {
  try {
    return execFileSync(join(root, "node_modules/.bin/node"), ["--version"], { encoding: "utf8" }).trim()
  } catch {
    return undefined
  }
}

const setUp = () => {
  if (!hasPinnedNode() && !isRecentEnough(process.version)) {
    giveUp(
      `There is no Node ${
        oldestNode.join(".")
      } for ${process.platform}-${process.arch} among the project's packages, and yours is ${process.version}.`,
      `Install Node ${oldestNode.join(".")} or later (https://nodejs.org), then run the same command again.`
    )
  }
  process.stderr.write("Setting up: installing the toolchain and the packages. Once, about 20 seconds.\n")
  rmSync(stampFile, { force: true })
  if (
    !run("npx", ["--yes", "--prefer-offline", `pnpm@${pnpm}`, "install", "--frozen-lockfile", "--reporter=append-only"])
  ) {
    giveUp(
      "The packages could not be installed; the lines above say why.",
      "The usual reason is that the npm registry cannot be reached from here (proxy? `npm ping` tries it).",
      "Nothing is left half done: run the same command again."
    )
  }
  if (hasPinnedNode() && nodeOfProject() === undefined) {
    giveUp(
      "The packages are installed but for the project's own Node, which could not be downloaded or does not run here.",
      "Run the same command again; if that does not help, remove node_modules first."
    )
  }
  // adds Effect's own checks to `tsc`: a floating effect is then a type error
  if (!run(join(root, "node_modules/.bin/effect-tsgo"), ["patch"])) {
    giveUp("`effect-tsgo patch` failed; the lines above say why. Remove node_modules and run the same command again.")
  }
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp())
}

if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== stamp()) setUp()
if (!buildPages(root, run)) {
  giveUp("The public pages could not be built; the lines above say why.", "Everything else is set up.")
}
