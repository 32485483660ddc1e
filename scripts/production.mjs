/**
 * Leaves in this checkout what a server runs on, and nothing else: the built pages, the packages that are no tools, the project's own Node
 * (docs/operations/deploy.md, Dockerfile).
 *
 * Plain JavaScript on whatever Node there is, as setup.mjs. For a checkout that is not worked in: its tools are gone afterwards.
 */
import { spawnSync } from "node:child_process"
import { readdirSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { pnpm } from "./pnpm.mjs"

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const run = (file, args) => {
  const { status } = spawnSync(file, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, CI: "true", npm_config_loglevel: "error" }
  })
  if (status !== 0) process.exit(1)
}

run(process.execPath, [join(root, "scripts/setup.mjs")])
for (const folder of ["", ...readdirSync(join(root, "packages")).map((name) => join("packages", name))]) {
  rmSync(join(root, folder, "node_modules"), { recursive: true, force: true })
}
const install = ["install", "--prod", "--frozen-lockfile", "--reporter=append-only"]
run("npx", ["--yes", "--prefer-offline", `pnpm@${pnpm}`, ...install])
process.stderr.write("This checkout has what a server runs on.\n")
