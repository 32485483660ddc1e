/** The types of the client are those of the document that the server serves. */
import { assert, describe, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { asyncApiDocument } from "../packages/http/src/operator/AsyncApiDocument.ts"
import { openApiDocument } from "../packages/http/src/operator/OpenApiDocument.ts"
import { clientTypes, command, currentTypes, isForClients, typesFile } from "./clientTypes.mjs"

const client = join(import.meta.dirname, "../packages/client/src")
const sources = globSync("**/*.ts", { cwd: client, exclude: ["generated/**"] })
  .map((file) => readFileSync(join(client, file), "utf8")).join("\n")
const document = openApiDocument(new URL("http://localhost:8080"))

/** The operations that players and the public call, as `GET /wallet`. */
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).filter(([, operation]) => isForClients(path, operation)).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    tag: operation.tags[0],
    takesKey: (operation.parameters ?? []).some(({ name }) => name === "idempotency-key")
  }))
)

describe("the client's types", () => {
  it("are those of the server's own document", async () => {
    const written = readFileSync(typesFile, "utf8")
    // the whole text would fill the screen
    assert.isTrue(written === await currentTypes(), `the server's document has changed: run \`${command}\``)
  })

  it("follow a member, an operation and a code that the document gains", async () => {
    const changed = structuredClone(document)
    changed.components.schemas.Wallet.properties.shine = { type: "string" }
    changed.paths["/lottery/shine"] = { get: { operationId: "lottery.shine", responses: { 204: { description: "" } } } }
    changed.components.schemas.Problem.properties.code.enum.push("too_shiny")
    const types = await clientTypes(changed)
    for (const text of ["shine?: string", `"/lottery/shine": {`, `    "too_shiny"`]) assert.include(types, text)
  })
})

describe("the client", () => {
  it("calls every operation of players and the public, and no other", () => {
    const called = [...sources.matchAll(/\.(GET|POST|PUT|PATCH|DELETE)\("([^"]+)"/g)].map(([, method, path]) =>
      `${method} ${path}`
    )
    const expected = operations.filter(({ tag }) => tag !== "operator").map(({ name }) => name)
    assert.sameMembers([...new Set(called)], expected)
  })

  it("sends a key with every operation that takes one", () => {
    const keyed = [
      ...sources.matchAll(/POST\("([^"]+)", \{\s*params: \{[^}]*(?:\}, )?header: \{ "idempotency-key": key \}/g)
    ]
    assert.sameMembers(
      keyed.map(([, path]) => `POST ${path}`),
      operations.filter(({ takesKey }) => takesKey).map(({ name }) => name)
    )
  })

  it("knows every event of the WebSocket, and each of its members", () => {
    const { messages } = asyncApiDocument(new URL("http://localhost:8080")).components
    const events = Object.values(messages).filter(({ payload }) => payload.properties.event !== undefined)
    assert.isAbove(events.length, 8)
    for (const { name, payload } of events) {
      // the time is taken of any event
      if (name !== "connected") assert.include(sources, `"${name}"`)
      // what nothing is done with: whom to ask about a connection, what an error says to people, whose token it was
      const ignored = ["connectionId", "detail", "userId"]
      for (const member of Object.keys(payload.properties.data.properties)) {
        if (!ignored.includes(member)) {
          assert.match(sources, new RegExp(`readonly ${member}\\??:|"${member}"`), `${name}: ${member}`)
        }
      }
    }
  })
})
