/** The types of the client are those of the document that the server serves. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { openApiDocument } from "../packages/http/src/operator/OpenApiDocument.ts"
import { clientTypes, command, currentTypes, typesFile } from "./clientTypes.mjs"

describe("the client's types", () => {
  it("are those of the server's own document", async () => {
    const written = readFileSync(typesFile, "utf8")
    // the whole text would fill the screen
    assert.isTrue(written === await currentTypes(), `the server's document has changed: run \`${command}\``)
  })

  it("follow a member, an operation and a code that the document gains", async () => {
    const document = openApiDocument(new URL("http://localhost:8080"))
    const changed = structuredClone(document)
    changed.components.schemas.Wallet.properties.shine = { type: "string" }
    changed.paths["/lottery/shine"] = { get: { operationId: "lottery.shine", responses: { 204: { description: "" } } } }
    changed.components.schemas.Problem.properties.code.enum.push("too_shiny")
    const types = await clientTypes(changed)
    for (const text of ["shine?: string", `"/lottery/shine": {`, `    "too_shiny"`]) assert.include(types, text)
  })
})
