/**
 * What the pages lead to is there: the files that they link, and the paths of packages and scripts that they name. What sources cite
 * of a page is on it.
 */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "./names.mjs"

const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root })

/** Everything on a page that is a path: links, from the page; code that begins with a folder of ours, from the root. */
const pathsOn = (page) => {
  const text = readFileSync(join(root, page), "utf8")
  const links = Array.from(text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g), ([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(page), target))
  const named = Array.from(text.matchAll(/`((?:packages|scripts|docs)\/[\w./-]+)`/g), ([, path]) => path)
  return [...links, ...named]
}

/** What comments cite, as `docs/design.md, "Money"`: the file, the page and the words. */
const cited = globSync("{packages/*/{src,test},scripts}/**/*.{ts,mjs}", { cwd: root }).flatMap((file) =>
  Array.from(
    readFileSync(join(root, file), "utf8").matchAll(/(docs\/[\w/-]+\.md), "([^"\n]+)"/g),
    ([, page, words]) => ({ file, page, words })
  )
)

describe("the pages", () => {
  it("lead to files that are there", () => {
    assert.isAbove(pages.length, 10)
    const missing = pages.flatMap((page) =>
      pathsOn(page).filter((path) => !existsSync(join(root, path))).map((path) => `${page}: ${path}`)
    )
    assert.strictEqual(missing.join("\n"), "")
  })

  it("hold what sources cite of them", () => {
    assert.isAbove(cited.length, 50)
    const missing = cited.filter(({ page, words }) => !readFileSync(join(root, page), "utf8").includes(words))
    assert.deepStrictEqual(missing, [])
  })
})
