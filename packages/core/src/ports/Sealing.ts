/**
 * Port: the secrets that seal tickets.
 *
 * New tickets are sealed with the current one; each ticket stores its secret's id, so that old ones still verify after a
 * rotation (docs/fairness.md, "Tickets").
 */
import { Context } from "effect"
import type { SealingSecrets } from "../draws/Seal.ts"

export class Sealing extends Context.Service<Sealing, SealingSecrets>()("@ddd/core/ports/Sealing") {}
