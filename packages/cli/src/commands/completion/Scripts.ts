/** What a shell reads to complete `ddd`: made once, so that a Tab asks nobody. */
import { quoted } from "../../Invocation.ts"
import type { CompletedOption, Following } from "./Words.ts"

export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

/** fish knows escapes between quotes. */
const fishQuoted = (text: string): string => `'${text.replaceAll(/[\\']/g, (each) => `\\${each}`)}'`

const pathsOf = (all: ReadonlyArray<Following>): ReadonlyArray<string> =>
  all.flatMap(({ path }) => path === "" ? [] : [path])

const withValue = (all: ReadonlyArray<Following>) =>
  all.flatMap(({ options, path }) =>
    options.flatMap(({ flag, value }) => value === null ? [] : [{ flag, path, value }])
  )

/** Walks the words before the one that is completed: which command they name. `words` is the shell's, from `first` to before `end`. */
const walk = (all: ReadonlyArray<Following>, words: string, first: number, end: string): string =>
  `  for ((i = ${first}; i < ${end}; i++)); do
    case "$at\${at:+ }\${${words}[i]}" in
      ${pathsOf(all).map(quoted).join("|")}) at="$at\${at:+ }\${${words}[i]}" ;;
    esac
  done`

const bash = (all: ReadonlyArray<Following>): string =>
  `# bash completion of ddd: source <(ddd completion bash)
_ddd() {
  local at= i words= cur="\${COMP_WORDS[COMP_CWORD]}"
${walk(all, "COMP_WORDS", 1, "COMP_CWORD")}
  case "$at \${COMP_WORDS[COMP_CWORD-1]}" in
${
    withValue(all).map(({ flag, path, value }) =>
      `    ${quoted(`${path} ${flag}`)}) ${
        value === "file"
          ? `COMPREPLY=($(compgen -f -- "$cur"))`
          : value === "unknown"
          ? "COMPREPLY=()"
          : `COMPREPLY=($(compgen -W ${quoted(value.join(" "))} -- "$cur"))`
      }; return ;;`
    ).join("\n")
  }
  esac
  case "$at" in
${
    all.map(({ options, path, words }) =>
      `    ${quoted(path)}) words=${
        quoted([...words.map(({ word }) => word), ...options.map(({ flag }) => flag)].join(" "))
      } ;;`
    ).join("\n")
  }
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _ddd ddd
`

/** `word:what it is for`, of which zsh shows both. */
const described = (word: string, help: string): string => quoted(`${word.replaceAll(":", "\\:")}:${help}`)

const zsh = (all: ReadonlyArray<Following>): string =>
  `#compdef ddd
# zsh completion of ddd: source <(ddd completion zsh), after compinit
_ddd() {
  local at= i
  local -a found
${walk(all, "words", 2, "CURRENT")}
  case "$at \${words[CURRENT-1]}" in
${
    withValue(all).map(({ flag, path, value }) =>
      `    ${quoted(`${path} ${flag}`)}) ${
        value === "file" ? "_files" : value === "unknown" ? ":" : `compadd -- ${value.map(quoted).join(" ")}`
      }; return ;;`
    ).join("\n")
  }
  esac
  case "$at" in
${
    all.map(({ options, path, words }) =>
      `    ${quoted(path)}) found=(${
        [
          ...words.map(({ help, word }) => described(word, help)),
          ...options.map(({ flag, help }) => described(flag, help))
        ].join(" ")
      }) ;;`
    ).join("\n")
  }
  esac
  _describe ddd found || _files
}
compdef _ddd ddd
`

const fishOption = (at: string, { flag, help, value }: CompletedOption): string => {
  const taken = value === null
    ? ""
    : value === "file"
    ? " -rF"
    : value === "unknown"
    ? " -x"
    : ` -xa ${fishQuoted(value.join(" "))}`
  return `complete -c ddd ${at} -l ${flag.replace(/^--/, "")}${taken} -d ${fishQuoted(help)}`
}

const fish = (all: ReadonlyArray<Following>): string =>
  [
    `# fish completion of ddd: ddd completion fish | source
function __ddd_at
  set -l words (commandline -opc)
  set -e words[1]
  set -l at
  for word in $words
    if contains -- (string join ' ' $at $word) ${pathsOf(all).map(fishQuoted).join(" ")}
      set at $at $word
    end
  end
  # a substitution that says nothing would be no argument at all
  set -l path (string join ' ' $at)
  test "$path" = "$argv[1]"
end`,
    ...all.flatMap(({ options, path, words }) => {
      const at = `-n ${fishQuoted(`__ddd_at ${quoted(path)}`)}`
      return [
        ...words.map(({ help, word }) => `complete -c ddd ${at} -f -a ${word} -d ${fishQuoted(help)}`),
        ...options.map((option) => fishOption(at, option))
      ]
    }),
    ""
  ].join("\n")

const writers: { readonly [S in Shell]: (all: ReadonlyArray<Following>) => string } = { bash, zsh, fish }

export const script = (shell: Shell, all: ReadonlyArray<Following>): string => writers[shell](all)
