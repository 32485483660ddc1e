/** What production starts with beside a database and who stands in front, with secrets made anew. */
import { randomBytes } from "node:crypto"
import type { Env } from "./Ddd.ts"

/** As strong as one that `ddd init` makes. */
export const secret = (): string => randomBytes(32).toString("base64url")

export const productionSettings = (): Env => ({
  NODE_ENV: "production",
  TICKET_SEAL_SECRET: secret(),
  SEED_KEY: secret(),
  LOG_ORIGIN: "draws.example.com",
  LOG_SIGNING_KEYS: secret(),
  JWT_PRIVATE_KEYS: `1:${secret()}`,
  REFRESH_KEY: secret(),
  INTERNAL_API_TOKEN: secret(),
  SMTP_URL: "smtp://127.0.0.1:1",
  BEACON: "none",
  ALLOW_NO_BEACON: "yes"
})
