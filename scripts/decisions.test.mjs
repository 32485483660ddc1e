/**
 * What docs/decisions-in-core.md says stands: each decision is exported by its file, and imported by each of its callers; every
 * operation of a port that both adapters have is on the page.
 */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { parseAst } from "vitest/node"
import { fileNamed, root } from "./names.mjs"

const read = (path) => readFileSync(join(root, path), "utf8")
const parse = (path) => parseAst(read(path), { lang: "ts" }).body

const page = read("docs/decisions-in-core.md")
const quoted = (text) => Array.from(text.matchAll(/`([^`]+)`/g), ([, inner]) => inner)

/** The rows of the table: operations, decisions as `file: name, name; …`, callers. */
const rows = page.split("\n").filter((line) => line.startsWith("| `")).map((line) => {
  const [operations, decisions, callers] = line.slice(2, -2).split(" | ")
  return {
    line,
    operations: quoted(operations),
    decisions: decisions.split("; ").flatMap((part) => {
      const [file, ...names] = quoted(part)
      return names.map((name) => ({ file, name }))
    }),
    callers: quoted(callers)
  }
})

/** The operations that have nothing to decide, in the lists below the table. */
const undecided = page.split("\n").filter((line) => line.startsWith("* ")).flatMap(quoted)

/** The names that a module exports. */
const exportsOf = (path) =>
  new Set(
    parse(path).flatMap((node) => {
      if (node.type !== "ExportNamedDeclaration") return []
      const declared = node.declaration?.declarations?.map(({ id }) => id.name) ?? []
      return [...declared, ...node.declaration?.id ? [node.declaration.id.name] : []]
    })
  )

/** The names that a module imports from core, as `core/draws/Sale sell`; `*` where it imports the module whole. */
const importsOf = (path) =>
  new Set(
    parse(path).filter(({ source, type }) => type === "ImportDeclaration" && source.value.startsWith("@ddd/core/"))
      .flatMap(({ source, specifiers }) =>
        specifiers.map(({ imported }) => `${source.value.slice("@ddd/".length)} ${imported?.name ?? "*"}`)
      )
  )

/** The operations of the ports that both adapters have: `Sales.purchase`. */
const operationsOfPorts = () => {
  const adapters = new Set(globSync("packages/adapters-pg/src/**/*Pg.ts", { cwd: root }).map((path) => basename(path)))
  return globSync("packages/core/src/ports/*.ts", { cwd: root }).flatMap((path) =>
    parse(path).flatMap(({ declaration }) => {
      const call = declaration?.type === "ClassDeclaration" ? declaration.superClass?.callee : undefined
      const members = call?.typeArguments?.params[1]?.members ??
        declaration?.superClass?.typeArguments?.params[1]?.members
      const port = declaration?.id?.name
      return members === undefined || !adapters.has(`${port}Pg.ts`)
        ? []
        : members.map(({ key }) => `${port}.${key.name}`)
    })
  )
}

describe("docs/decisions-in-core.md", () => {
  it("names decisions that core exports", () => {
    assert.isNotEmpty(rows)
    for (const { decisions, line } of rows) {
      assert.isNotEmpty(decisions, line)
      for (const { file, name } of decisions) {
        const path = fileNamed(file)
        assert.isTrue(file.startsWith("core/") && path !== undefined, `${file} is no file of core`)
        assert.isTrue(exportsOf(path).has(name), `${file} exports no ${name}`)
      }
    }
  })

  it("names as callers who imports a decision of the row, and each decision is imported by one of them", () => {
    for (const { callers, decisions, line } of rows) {
      assert.isNotEmpty(callers, line)
      const imports = new Map(callers.map((caller) => {
        const path = fileNamed(caller)
        assert.isDefined(path, `there is no ${caller}`)
        return [caller, importsOf(path)]
      }))
      const calls = (caller, { file, name }) =>
        imports.get(caller).has(`${file} ${name}`) || imports.get(caller).has(`${file} *`)
      for (const caller of callers) {
        assert.isTrue(decisions.some((decision) => calls(caller, decision)), `${caller} imports none of: ${line}`)
      }
      for (const decision of decisions) {
        assert.isTrue(callers.some((caller) => calls(caller, decision)), `no caller imports ${decision.name}: ${line}`)
      }
    }
  })

  it("has a decision called by both adapters, or by what works with both", () => {
    for (const { callers, line } of rows) {
      const isCalledBy = (place) => callers.some((caller) => caller.startsWith(place))
      assert.isTrue(isCalledBy("adapters-pg/") && isCalledBy("sim/memory/"), line)
    }
  })

  it("has every operation of a port that both adapters have, once", () => {
    const named = [...rows.flatMap(({ operations }) => operations), ...undecided]
    assert.sameMembers(named, operationsOfPorts())
  })
})
