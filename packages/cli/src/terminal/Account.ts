/** Who runs this, as the machine knows them. */
import { userInfo } from "node:os"

/** The name of the account, or its number where it has no name, as in a container that runs under any. */
export const accountName = (): string => {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`
  }
}
