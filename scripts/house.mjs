/**
 * Draws the house by its imports, into docs/design.md: the packages, and the folders of core. `npm run house` writes it;
 * scripts/house.test.mjs fails where the page shows another.
 *
 * Tests are left out. A dotted arrow stands for types alone.
 */
import { cruise } from "dependency-cruiser"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import config from "../.dependency-cruiser.mjs"

const root = join(import.meta.dirname, "..")
export const page = join(root, "docs", "design.md")

/** The part of the page that is drawn, without its marks. */
export const drawn = /(?<=<!-- drawn by `npm run house`, from here -->\n)[^]*(?=\n<!-- to here -->)/

/** Every import between sources, as `{ from, to, isType }`, paths from the root. */
const readImports = async () => {
  const { output } = await cruise(["packages"], { ...config.options, baseDir: root })
  const isSource = (path) => /^packages\/[^/]+\/src\/(?!testing\/)/.test(path)
  return output.modules.filter(({ source }) => isSource(source)).flatMap(({ dependencies, source }) =>
    dependencies.filter(({ resolved }) => isSource(resolved)).map(({ dependencyTypes, resolved }) => ({
      from: source,
      to: resolved,
      isType: dependencyTypes.includes("type-only")
    }))
  )
}

const byText = (a, b) => a < b ? -1 : 1

/**
 * A Mermaid flowchart of the places that files stand in, and a sentence about what each of them imports, which gets no arrow.
 *
 * @param {ReadonlyArray<{ from: string, to: string, isType: boolean }>} imports
 * @param {RegExp} placeOf finds the place of a file as its first group; files without one are left out
 */
export const draw = (imports, placeOf) => {
  const arrows = new Map()
  for (const { from, isType, to } of imports) {
    const [a, b] = [from, to].map((path) => placeOf.exec(path)?.[1])
    if (a === undefined || b === undefined || a === b) continue
    const key = `${a} ${b}`
    arrows.set(key, (arrows.get(key) ?? true) && isType)
  }
  const places = [...new Set([...arrows.keys()].flatMap((arrow) => arrow.split(" ")))].toSorted(byText)
  const isImportedByAll = (place) => places.every((other) => other === place || arrows.has(`${other} ${place}`))
  const common = places.filter(isImportedByAll)
  const lines = [...arrows]
    .map(([arrow, isType]) => [...arrow.split(" "), isType])
    .filter(([, to]) => !common.includes(to))
    .map(([from, to, isType]) => `  ${from} ${isType ? "-.->" : "-->"} ${to}`)
    .toSorted(byText)
  return [
    "```mermaid",
    "flowchart TD",
    ...lines,
    "```",
    ...common.map((place) => `\nEach of them imports \`${place}\`.`)
  ].join("\n")
}

/** What stands on the page between the marks. */
export const drawHouse = async () => {
  const imports = await readImports()
  return [
    "The packages:",
    draw(imports, /^packages\/([^/]+)\//),
    "The folders of core (dashed: types alone):",
    draw(imports, /^packages\/core\/src\/([^/]+)\//)
  ].join("\n\n")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const house = await drawHouse()
  writeFileSync(page, readFileSync(page, "utf8").replace(drawn, () => house))
}
