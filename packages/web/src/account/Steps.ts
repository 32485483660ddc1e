/** A page of a few steps, one of which is shown. */
import { byId } from "../dom/Elements.ts"

/** Shows the step of that id instead of the one that is shown, and goes to its heading unless the page has just been opened. */
export const showStep = (id: string, isFirst = false): void => {
  const step = byId(id, HTMLElement)
  for (const other of document.querySelectorAll<HTMLElement>("[data-step]")) other.hidden = other !== step
  const heading = step.querySelector("h1")
  if (!isFirst) heading?.focus()
  if (heading?.textContent) document.title = `${heading.textContent} – Daily Dollar Draw`
}

/** Does what a form is for, once at a time; says what went wrong beside it. `task` gives the sentence, or nothing. */
export const onSubmit = (form: HTMLFormElement, task: () => Promise<string | undefined>): void => {
  const button = form.querySelector("button[type=submit]")
  const problem = byId(`${form.id}-problem`, HTMLElement)
  let isBusy = false
  const run = async (): Promise<void> => {
    isBusy = true
    problem.textContent = ""
    button?.setAttribute("aria-disabled", "true")
    problem.textContent = await task() ?? ""
    button?.removeAttribute("aria-disabled")
    isBusy = false
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    if (!isBusy) void run()
  })
}
