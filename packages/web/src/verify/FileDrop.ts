/** A bundle of the reader's own: chosen, or dropped anywhere on the page. */
import { byId } from "../dom/Elements.ts"

/** Calls `take` with each file that the reader gives. */
export const setUpFileDrop = (take: (file: File) => void): void => {
  const input = byId("file", HTMLInputElement)
  const zone = byId("drop", HTMLElement)

  input.addEventListener("change", () => {
    const file = input.files?.[0]
    // the same file may be chosen again
    input.value = ""
    if (file !== undefined) take(file)
  })
  const over = (is: boolean): void => {
    zone.classList.toggle("drop-over", is)
  }
  addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files") !== true) return
    event.preventDefault()
    over(true)
  })
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) over(false)
  })
  addEventListener("drop", (event) => {
    const file = event.dataTransfer?.files[0]
    if (file === undefined) return
    event.preventDefault()
    over(false)
    take(file)
  })
}
