/** Whether the device has a connection. */
import { useSyncExternalStore } from "react"

const subscribe = (tell: () => void): () => void => {
  addEventListener("online", tell)
  addEventListener("offline", tell)
  return () => {
    removeEventListener("online", tell)
    removeEventListener("offline", tell)
  }
}

/** As far as the device knows. */
export const useOnline = (): boolean => useSyncExternalStore(subscribe, () => navigator.onLine)
