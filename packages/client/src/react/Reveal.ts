/** A draw on its way to its winner, computed on the device. */
import { useEffect, useState } from "react"
import type { DrawReveal } from "../proof/DrawReveal.ts"
import { useProofs } from "./Provider.ts"

export interface DrawRevealState {
  readonly reveal: DrawReveal
  /** Why something could not be asked, loaded or kept, the newest; it is tried again. Null: nothing is the matter. */
  readonly error: unknown
}

const nothing: DrawRevealState = { reveal: { phase: "unknown" }, error: null }

/**
 * Follows the draw of a day, from whatever phase on: `open`, `closed`, `locked`, `awaiting` the beacon's round, `fixed` by it, `drawn` with
 * the winner that this device has computed, or `void`; `refuted` where what the server tells cannot be so. The verifier is loaded by it.
 */
export const useDrawReveal = (drawDate: string): DrawRevealState => {
  const load = useProofs()
  const [state, setState] = useState<DrawRevealState & { readonly drawDate: string }>({ ...nothing, drawDate })
  useEffect(() => {
    let end: (() => void) | undefined
    let isOver = false
    const failed = (error: unknown) =>
      setState((before) => ({ ...before.drawDate === drawDate ? before : nothing, drawDate, error }))
    load().then((proofs) => {
      if (isOver) return
      end = proofs.followDraw(drawDate, (reveal) => setState({ reveal, error: null, drawDate }), failed)
    }).catch((error: unknown) => {
      if (!isOver) failed(error)
    })
    return () => {
      isOver = true
      end?.()
    }
  }, [drawDate, load])
  return state.drawDate === drawDate ? state : nothing
}
