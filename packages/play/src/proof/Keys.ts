/** The operator's verifier keys, as this device first saw them: what the server shows later is compared with them. */
import { ports } from "../server/Server.ts"

const keptAs = "ddd.keys"

export interface Keys {
  /** Those that are kept, with space between. */
  readonly kept: string
  /** What the server shows now; null where it cannot be asked. */
  readonly shown: string | null
}

const shownKeys = async (): Promise<string | null> => {
  try {
    const answer = await fetch("/log/vkey")
    return answer.ok ? (await answer.text()).trim() : null
  } catch {
    return null
  }
}

/** Keeps these keys in place of those before. */
export const keepKeys = async (keys: string): Promise<void> => {
  await ports.storage.setItem(keptAs, keys)
}

/** The keys; the first that are seen are kept. */
export const knownKeys = async (): Promise<Keys> => {
  const [kept, shown] = await Promise.all([ports.storage.getItem(keptAs), shownKeys()])
  if (kept !== null) return { kept, shown }
  if (shown !== null) await keepKeys(shown)
  return { kept: shown ?? "", shown }
}
