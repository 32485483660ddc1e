/** The operator's key: the one that the reader knows, the one that the server tells today, and whether they are the same. */
import { wordsOf } from "@ddd/core/proof/ReaderInput"
import { getText } from "../api/Server.ts"
import { byId } from "../dom/Elements.ts"

/** Where the key is remembered, in this browser alone, where the reader asks for it. */
const storageName = "operator-key"

const remembered = (): string | null => {
  try {
    return localStorage.getItem(storageName)
  } catch {
    return null // a browser that keeps nothing
  }
}

const remember = (key: string | null): void => {
  try {
    if (key === null || key === "") localStorage.removeItem(storageName)
    else localStorage.setItem(storageName, key)
  } catch {
    // a browser that keeps nothing: then it is not remembered
  }
}

/** Sets up the part of the page that is about the key. */
export const setUpOperatorKey = async (): Promise<void> => {
  const keys = byId("keys", HTMLTextAreaElement)
  const keep = byId("remember", HTMLInputElement)
  const shown = byId("served-key", HTMLElement)
  const note = byId("served-note", HTMLElement)
  const use = byId("use-served", HTMLButtonElement)
  let served: string | undefined

  const compare = (): void => {
    const known = wordsOf(keys.value)
    const told = wordsOf(served ?? "")
    note.classList.remove("error")
    if (served === undefined || known.length === 0) note.textContent = ""
    else if (known.some((key) => told.includes(key))) note.textContent = "It is the key that you know."
    else {
      note.classList.add("error")
      note.textContent =
        "It is not the key that you know. Keys change now and then, but ask why, and ask somewhere else."
    }
  }
  const keepAsAsked = (): void => remember(keep.checked ? keys.value.trim() : null)

  const before = remembered()
  if (before !== null) {
    keys.value = before
    keep.checked = true
  }
  keys.addEventListener("input", () => {
    compare()
    keepAsAsked()
  })
  keep.addEventListener("change", keepAsAsked)
  use.addEventListener("click", () => {
    keys.value = served ?? ""
    compare()
    keepAsAsked()
    keys.focus()
  })

  const answer = await getText("/log/vkey")
  if (!answer.ok) {
    shown.textContent = "It tells none now."
    return
  }
  served = answer.value.trim()
  shown.textContent = served
  use.disabled = false
  compare()
  if (note.classList.contains("error")) byId("known", HTMLDetailsElement).open = true
}
