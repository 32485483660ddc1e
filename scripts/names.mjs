/**
 * How pages name files: by the package and the path below its sources, or tests, without the ending.
 *
 * `core/draws/Sale` is packages/core/src/draws/Sale.ts; `core/draws/Sale.test` is packages/core/test/draws/Sale.test.ts;
 * `adapters-pg/migrations/0004` is the migration of that number; `decisions/0004` and `money.md` are in docs/; anything with an
 * ending is a path from the root.
 */
import { existsSync, globSync } from "node:fs"
import { join } from "node:path"

export const root = join(import.meta.dirname, "..")

/** Where a file may be that is named so, as patterns from the root, the first that is there counting. */
const patternsOf = (name) => {
  const [place, ...rest] = name.split("/")
  const path = rest.join("/")
  if (place === "decisions") return [`docs/${name}-*.md`]
  if (/\.(mjs|cjs|json|jsonc|md|yaml)$/.test(name)) return [name, `docs/${name}`]
  if (name.endsWith(".test")) return [`packages/${place}/test/${path}.ts`]
  return [`packages/${place}/src/${path}.ts`, `packages/${place}/src/${path}_*.sql`]
}

/** The path from the root of the one file that is named so; undefined where there is none, or more than one. */
export const fileNamed = (name) => {
  for (const pattern of patternsOf(name)) {
    const found = pattern.includes("*")
      ? globSync(pattern, { cwd: root })
      : existsSync(join(root, pattern))
      ? [pattern]
      : []
    if (found.length > 0) return found.length === 1 ? found[0].replaceAll("\\", "/") : undefined
  }
  return undefined
}
