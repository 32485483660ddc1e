/** Forms: one thing is asked at a time, and what went wrong is said where it was asked. */
import { type InputHTMLAttributes, type ReactNode, useId, useRef, useState } from "react"
import { useText } from "../text/Language.tsx"
import { problemText } from "../text/Problems.ts"

export interface FormProps {
  readonly label: string
  /** Shown while it is under way. */
  readonly busyLabel?: string
  /** Rejects with what went wrong. */
  readonly onSend: (values: (name: string) => string, form: HTMLFormElement) => Promise<void>
  /** Asks the player once more. */
  readonly sure?: string
  readonly tone?: "main" | "plain" | "bad"
  readonly isDisabled?: boolean
  readonly children?: ReactNode
}

export const Form = ({
  busyLabel,
  children,
  isDisabled = false,
  label,
  onSend,
  sure,
  tone = "main"
}: FormProps) => {
  const text = useText()
  const [isBusy, setBusy] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [problem, setProblem] = useState("")
  const form = useRef<HTMLFormElement>(null)
  const problemId = useId()
  const send = async (element: HTMLFormElement): Promise<void> => {
    const data = new FormData(element)
    setBusy(true)
    setProblem("")
    try {
      await onSend((name) => {
        const value = data.get(name)
        return typeof value === "string" ? value : ""
      }, element)
    } catch (error) {
      setProblem(problemText(error, text))
    } finally {
      setBusy(false)
      setAsking(false)
    }
  }
  const kind = tone === "plain" ? "button" : `button button-${tone}`
  return (
    <form
      ref={form}
      method="post"
      aria-describedby={problemId}
      onSubmit={(event) => {
        event.preventDefault()
        if (isBusy) return
        if (sure !== undefined && !isAsking) return setAsking(true)
        void send(event.currentTarget)
      }}
    >
      {children}
      {isAsking ? <p className="sure" role="alert">{sure}</p> : null}
      <p className="buttons">
        <button type="submit" className={kind} disabled={isDisabled} aria-disabled={isBusy}>
          {isBusy ? busyLabel ?? text.t.loading : label}
        </button>
        {isAsking && !isBusy
          ? <button type="button" className="button" onClick={() => setAsking(false)}>{text.t.cancel}</button>
          : null}
      </p>
      <p id={problemId} className="error" role="alert">{problem}</p>
    </form>
  )
}

export interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "id"> {
  readonly label: string
  readonly name: string
  readonly hint?: string
}

export const Field = ({ hint, label, ...input }: FieldProps) => {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint === undefined ? null : <p id={`${id}-hint`} className="hint">{hint}</p>}
      <input id={id} aria-describedby={hint === undefined ? undefined : `${id}-hint`} {...input} />
    </div>
  )
}

/** A password, which the player may look at. */
export const PasswordField = ({ ...field }: FieldProps) => {
  const { t } = useText()
  const [isShown, setShown] = useState(false)
  const id = useId()
  return (
    <>
      <Field {...field} type={isShown ? "text" : "password"} autoCapitalize="off" spellCheck={false} required />
      <p className="check-field">
        <input id={id} type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
        <label htmlFor={id}>{t.sign.show}</label>
      </p>
    </>
  )
}

export interface SelectProps {
  readonly label: string
  readonly name: string
  readonly options: ReadonlyArray<readonly [string, string]>
  readonly value?: string
  readonly onChoose?: (value: string) => void
}

export const Select = ({ label, name, onChoose, options, value }: SelectProps) => {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        name={name}
        {...value === undefined ? {} : { value }}
        onChange={(event) => onChoose?.(event.target.value)}
      >
        {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
    </div>
  )
}

/** Reads what players write for money: `12`, `12.5`, `12,50`, `$12.50`; anything else as it stands, for the server to refuse. */
export const amountIn = (text: string): string => {
  const match = /^\s*\$?\s*(\d{1,9})(?:[.,](\d{1,2}))?\s*\$?\s*$/.exec(text)
  return match === null ? text.trim() : `${BigInt(match[1] ?? "0")}.${(match[2] ?? "").padEnd(2, "0")}`
}
