/** What production is warned of where nothing stands before it: something must encrypt, and say whose requests come through it. */
import type { Settings } from "./Variables.ts"

/** The warning, with what to do; null where there is none. */
export const edgeWarning = ({ NODE_ENV, TLS_CERT, TRUSTED_PROXIES }: Settings): string | null =>
  NODE_ENV === "production" && TLS_CERT === undefined && TRUSTED_PROXIES === undefined
    ? "Passwords and tokens come unencrypted, or all clients count as the one proxy, whom wrong passwords of anybody lock out: " +
      "set TRUSTED_PROXIES to the proxy's address, or TLS_CERT and TLS_KEY (docs/operations/proxy.md)."
    : null
