/**
 * The check that arrows point inward (DESIGN.md, "Shape"): which package may import which, and what `core` may not touch.
 *
 * `node scripts/layering.mjs [root]` prints every violation and ends with 1 when there is one.
 * Sources are parsed, not searched: types count, comments and strings do not.
 */
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { parseAst } from "vitest/node"

const scope = "@ddd/"

/** The packages of this workspace that the sources of a package may import; `undefined` for a package nobody has placed yet. */
const allowed = (name) => {
  if (name.startsWith("adapters-")) return ["core"]
  return {
    core: [],
    uws: [],
    sim: ["core"],
    verify: ["core"],
    http: ["core", "uws"],
    client: ["core"],
    web: ["core", "client"],
    cli: "all",
    bench: "all"
  }[name]
}

/** What a test may import beside what the sources of its package may: anything but the composition root and what plays with it. */
const allowedInTests = (name) => name !== "cli" && !isOutermost(name)

/** The packages that run where there is no Node. */
const runsIn = { core: "anywhere", web: "in browsers" }

/** What nobody imports. */
const isOutermost = (name) => name === "bench"

/** What strangers run: what is not of this workspace there is not theirs to trust. */
const isForStrangers = (name) => name === "verify"

/**
 * Where tests, and what supports them, are kept, and how a package is built: there the development dependencies of package and root
 * are at hand.
 */
const isTestCode = (file) => /^(test|src\/testing)\/|^[^/]+\.config\.mjs$/.test(file)

const isNodeModule = (specifier) => specifier.startsWith("node:") || builtinModules.includes(specifier)

const packageOf = (specifier) => specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

/** @returns {Generator<Record<string, any>>} every node of a syntax tree */
function* nodes(tree) {
  if (Array.isArray(tree)) { for (const part of tree) yield* nodes(part) }
  else if (tree !== null && typeof tree === "object") {
    if (typeof tree.type === "string") yield tree
    for (const value of Object.values(tree)) yield* nodes(value)
  }
}

/** The module that a node brings in, as written; `undefined` for any other node, `null` for one that is not known before it runs. */
const specifierOf = (node) => {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return node.source ? (typeof node.source.value === "string" ? node.source.value : null) : undefined
    case "TSExternalModuleReference":
      return node.expression.value
    default:
      return undefined
  }
}

/** The uses of clock and chance that a pure core must not make, by name. */
const impurity = (node) => {
  if (node.type === "NewExpression" && node.callee.name === "Date" && node.arguments.length === 0) return "new Date()"
  if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "Date") {
    return "Date()"
  }
  if (node.type !== "MemberExpression") return undefined
  const name = `${node.object.name}.${node.computed ? node.property.value : node.property.name}`
  return ["Date.now", "Math.random"].includes(name) ? name : undefined
}

/** Everything one file imports and, in the sources of core, does that it must not. */
const violationsOfFile = (name, directory, file, declared, used) => {
  const found = []
  const inTest = isTestCode(file)
  const tree = parseAst(readFileSync(join(directory, file), "utf8"), { lang: file.endsWith("x") ? "tsx" : "ts" })
  const importProblem = (specifier) => {
    if (specifier.startsWith(".")) {
      const target = relative(directory, resolve(directory, dirname(file), specifier))
      if (target.startsWith("..")) return `reaches out of its package: ${specifier}`
      if (!inTest && isTestCode(target.split(sep).join("/"))) return `is no test but imports one: ${specifier}`
      return undefined
    }
    if (isNodeModule(specifier)) {
      return !inTest && runsIn[name] !== undefined ? `imports ${specifier}: ${name} runs ${runsIn[name]}` : undefined
    }
    const imported = packageOf(specifier)
    used.add(imported)
    if (name === "core" && !inTest && imported.startsWith("@effect/")) return `imports ${specifier}: core runs anywhere`
    if (imported.startsWith(scope)) {
      const target = imported.slice(scope.length)
      const may = allowed(name)
      const fine = target !== name && !isOutermost(target) &&
        (may === "all" || may?.includes(target) || (inTest && allowedInTests(target)))
      if (!fine) return target === name ? `imports its own package by name: ${specifier}` : `may not import ${imported}`
    }
    if (isForStrangers(name) && !inTest && !imported.startsWith(scope)) {
      return `imports ${specifier}: what strangers run is core and Node alone`
    }
    if (inTest ? !declared.tests.has(imported) : !declared.sources.has(imported)) {
      return `imports ${imported}, which is not among ${
        inTest ? "the dependencies" : "the runtime dependencies"
      } of its package.json`
    }
    return undefined
  }
  for (const node of nodes(tree)) {
    const specifier = specifierOf(node)
    if (typeof specifier === "string") found.push(importProblem(specifier))
    if (name === "core" && !inTest) {
      if (specifier === null) found.push("imports what is not known before it runs")
      const impure = impurity(node)
      if (impure !== undefined) found.push(`uses ${impure}: core has no clock and no chance of its own`)
    }
  }
  return found.filter((problem) => problem !== undefined).map((problem) => `packages/${name}/${file} ${problem}`)
}

const violationsOfPackage = (root, name, rootDevelopment) => {
  const directory = join(root, "packages", name)
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"))
  const [needed, optional, development] = ["dependencies", "optionalDependencies", "devDependencies"]
    .map((kind) => Object.keys(manifest[kind] ?? {}))
  const declared = {
    sources: new Set([...needed, ...optional]),
    tests: new Set([...needed, ...optional, ...development, ...rootDevelopment])
  }
  const files = globSync(["{src,test}/**/*.{ts,tsx}", "*.config.mjs"], { cwd: directory }).map((file) =>
    file.split(sep).join("/")
  ).sort()
  const [usedBySources, usedByTests] = [new Set(), new Set()]
  const found = files.flatMap((file) =>
    violationsOfFile(name, directory, file, declared, isTestCode(file) ? usedByTests : usedBySources)
  )
  if (allowed(name) === undefined) {
    found.push(`packages/${name} has no place in the layers: give it one in scripts/layering.mjs`)
  }
  const unused = [
    ...needed.filter((dependency) => !usedBySources.has(dependency)),
    ...development.filter((dependency) => !usedByTests.has(dependency) && !dependency.startsWith("@types/"))
  ]
  return [
    ...found,
    ...unused.map((dependency) => `packages/${name}/package.json declares ${dependency}, which nothing imports`)
  ]
}

/** Every violation in the workspace at `root`, as a sentence that begins with the file. */
export const violations = (root) => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const rootDevelopment = Object.keys(manifest.devDependencies ?? {}).filter((dependency) =>
    !dependency.startsWith(scope)
  )
  return readdirSync(join(root, "packages"))
    .filter((name) => existsSync(join(root, "packages", name, "package.json")))
    .flatMap((name) => violationsOfPackage(root, name, rootDevelopment))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = violations(process.argv[2] ?? dirname(import.meta.dirname))
  for (const violation of found) process.stderr.write(`${violation}\n`)
  process.exitCode = found.length === 0 ? 0 : 1
}
