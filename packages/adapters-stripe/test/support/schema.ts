/** The description of Stripe's API beside the repository, which may be absent. */
import { Ajv2020 } from "ajv/dist/2020.js"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const shared = process.env["SHARED_DIR"] ?? fileURLToPath(new URL("../../../../../shared", import.meta.url))
const file = `${shared}/stripe/stripe-connect.reduced.openapi.json`

/** Whether it is there; tests that need it are skipped, by name, where not. */
export const hasStripeSchema = existsSync(file)
export const needsStripeSchema = { meta: { needs: "../shared/stripe, beside the repository" } }

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
}

interface Description {
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** A judge of requests: what is wrong with one, as texts. */
export const requestJudge = () => {
  const description: Description = JSON.parse(readFileSync(file, "utf8"))
  const ajv = new Ajv2020({ coerceTypes: true, strict: false, allErrors: true })
  ajv.addSchema(description, "stripe")
  const templates = Object.keys(description.paths)
  return ({ body, method, path }: { readonly method: string; readonly path: string; readonly body: object }) => {
    const template = templates.find((template) =>
      new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`).test(path)
    )
    const operation = template === undefined ? undefined : description.paths[template]?.[method.toLowerCase()]
    if (template === undefined || operation === undefined) return [`${method} ${path} is not described`]
    if (operation.requestBody === undefined) {
      return Object.keys(body).length === 0
        ? []
        : [`${method} ${path} takes no body`]
    }
    const type = path.startsWith("/v2/") ? "application/json" : "application/x-www-form-urlencoded"
    if (operation.requestBody.content[type] === undefined) return [`${method} ${path} takes no ${type}`]
    const pointer = ["paths", template, method.toLowerCase(), "requestBody", "content", type, "schema"]
      .map((name) => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")
    const validate = ajv.compile({ $ref: `stripe#/${pointer}` })
    // numbers are texts in a form: the judge turns them into numbers, in a copy
    return validate(structuredClone(body)) ?
      [] :
      (validate.errors ?? []).map(({ instancePath, message }) => `${method} ${path}${instancePath}: ${message}`)
  }
}
