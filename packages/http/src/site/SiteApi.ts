/** The contract of what an app says of the operator, and offers (docs/api.md, "Machines"). */
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { operation } from "../schemas/Described.ts"
import { SiteBody } from "./SiteBodies.ts"

export class SiteApi extends HttpApiGroup.make("site").add(
  HttpApiEndpoint.get("site", "/play/site", {
    success: SiteBody
  }).annotateMerge(operation(
    "read",
    "Who runs this server, and how an app takes money here",
    "What is not configured is null. It changes with the server's settings alone."
  ))
) {}
