/**
 * Which file may import which, held by dependency-cruiser: `npm test` fails where an arrow does not point inward. Types count.
 *
 * Each rule is shown failing once in scripts/arrows.test.mjs; docs/design.md has the drawing (`npm run house`).
 */

/** What the sources of each package may import of the other packages. A package that is not here has no place yet. */
const mayImport = {
  core: [],
  uws: [],
  "adapters-\\w+": ["core"],
  sim: ["core"],
  verify: ["core"],
  web: ["core"],
  client: ["core"],
  play: ["core", "web", "client"],
  http: ["core", "uws"],
  cli: [".*"],
  bench: [".*"]
}

/** What is decided: pure functions of core on plain data. They know no port: what is done with a decision is another's. */
const decisions = ["money", "draws", "rooms", "proof", "accounts", "play", "push", "operators"]
const pure = ["values", "hash", ...decisions]

/** What the sources of each folder of core may import of the other folders: no two of them import each other. */
const mayImportInCore = {
  values: [],
  hash: ["values"],
  money: ["values"],
  proof: ["values", "hash", "money"],
  draws: ["values", "hash", "money", "proof"],
  rooms: ["values", "hash", "money", "proof", "draws"],
  accounts: ["values", "money", "draws"],
  play: ["values", "money", "accounts"],
  push: ["values", "money", "draws", "accounts"],
  operators: ["values", "money", "rooms", "accounts"],
  ports: pure,
  work: [...pure, "ports"]
}

/** Tests, what supports them, and how a package is built. */
const tests = "^packages/[^/]+/(test/|src/testing/|[^/]+\\.config\\.mjs$)"
/** What registers tests or asserts: the contracts of the ports, the model-based test and the scenarios they share. */
const testsOfSim = "^packages/sim/src/(contract|model|scenario)/"
/** Where processes and pages begin, and what the app imports. */
const programs = [
  "^packages/(cli|verify)/src/main\\.ts$",
  "^packages/client/src/(index|browser|proof|react)\\.ts$",
  "^packages/play/src/(main\\.tsx|offline/ServiceWorker\\.ts|vite\\.d\\.ts)$",
  "^packages/bench/src/([^/]+|sell/\\w+Worker|flood/Flooder|live/(Audience|Peer)|verify/Once)\\.ts$",
  "^packages/web/src/(home/Home|verify/(Page|Worker)|docs/(HttpPage|SocketPage)|account/(VerifyEmail|ResetPassword)|vite\\.d)\\.ts$"
].join("|")
const runners = "(^|/)(vitest|@effect/vitest|fast-check)(/|$)"

const anyOf = (names) => `^packages/(${names.join("|")})/`
const anyOfCore = (names) => `^packages/core/src/(${names.join("|")})/`

const placed = [
  anyOf(Object.keys(mayImport).filter((name) => name !== "core")),
  "^packages/core/(?!src/)",
  anyOfCore(Object.keys(mayImportInCore))
]

const forbidden = [
  ...Object.entries(mayImport).map(([name, others]) => ({
    name: `${name} may not import that package`,
    comment: `It imports of the others: ${others.join(", ") || "nothing"}.`,
    from: { path: `^packages/(${name})/`, pathNot: tests },
    to: { path: "^(packages|@ddd)/", pathNot: anyOf(["$1", ...others]) }
  })),
  ...Object.entries(mayImportInCore).map(([name, others]) => ({
    name: `${name} in core may not import that folder`,
    comment: `It imports of the others: ${others.join(", ") || "nothing"}.`,
    from: { path: `^packages/core/src/(${name})/` },
    to: { path: "^packages/core/src/", pathNot: anyOfCore(["$1", ...others]) }
  })),
  {
    name: "every package, and every folder of core, has a place",
    comment: "Say in .dependency-cruiser.mjs what it may import.",
    from: { path: "^packages/", pathNot: placed },
    to: {}
  },
  {
    name: "every package, and every folder of core, has a place, also where it imports nothing",
    comment: "Say in .dependency-cruiser.mjs what it may import.",
    from: { path: "^packages/", pathNot: placed, orphan: true },
    to: {}
  },
  {
    name: "tests may not import the composition root, or what plays with it",
    from: { path: "^packages/(?!cli/|bench/)" },
    to: { path: "^(packages|@ddd)/(cli|bench)/" }
  },
  {
    name: "nobody imports bench",
    from: { pathNot: "^packages/bench/" },
    to: { path: "^(packages|@ddd)/bench/" }
  },
  {
    name: "a relative import stays in its package",
    from: { path: "^packages/([^/]+)/" },
    to: { pathNot: "^packages/$1/", dependencyTypes: ["local"] }
  },
  {
    name: "a package does not import itself by name",
    from: { path: "^packages/([^/]+)/" },
    to: { path: "^packages/$1/", dependencyTypesNot: ["local"] }
  },
  {
    name: "no circle of files",
    from: {},
    to: { circular: true }
  },
  {
    name: "sources do not import tests",
    comment: "bench, which nobody serves, measures on the years of rows that tests look at.",
    from: { path: "^packages/[^/]+/src/", pathNot: [tests, "^packages/bench/"].flat() },
    to: { path: tests }
  },
  {
    name: "sources import what is there when they run",
    comment: "Neither a development dependency nor one of the root's: name it in the package's own dependencies.",
    from: { path: "^packages/[^/]+/src/", pathNot: tests },
    // what the app brings along is here for the tests
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["npm-peer"] }
  },
  {
    name: "what is imported is there",
    from: {},
    to: { couldNotResolve: true }
  },
  {
    name: "core, web, the client and the app run without Node",
    from: { path: "^packages/(core|web|client|play)/src/" },
    to: { dependencyTypes: ["core"] }
  },
  {
    name: "who imports the client alone gets neither React nor the verifier",
    from: { path: "^packages/client/src/(index|browser)\\.ts$" },
    to: { path: ["^packages/client/src/(react|proof)", "^packages/core/src/(?!money/)"], reachable: true }
  },
  {
    name: "core runs on any platform",
    from: { path: "^packages/core/src/" },
    to: { path: "(^|/)@effect/" }
  },
  {
    name: "what strangers run is core and Node alone",
    from: { path: "^packages/verify/src/" },
    to: { pathNot: "^packages/", dependencyTypesNot: ["core"] }
  },
  {
    name: "only tests import the tests of sim",
    from: { pathNot: [tests, testsOfSim] },
    to: { path: testsOfSim }
  },
  {
    name: "what runs imports of sim the stand-ins of providers alone",
    from: { path: "^packages/(?!sim/)[^/]+/src/", pathNot: tests },
    to: { path: "^packages/sim/src/", pathNot: "^packages/sim/src/providers/" }
  },
  {
    name: "stand-ins of providers know nothing else of sim",
    from: { path: "^packages/sim/src/providers/" },
    to: { path: "^packages/sim/src/", pathNot: "^packages/sim/src/providers/" }
  },
  {
    name: "the memory adapters know the audit and the World alone",
    from: { path: "^packages/sim/src/memory/" },
    to: { path: "^packages/sim/src/", pathNot: "^packages/sim/src/(memory/|audit/|World\\.ts$)" }
  },
  {
    name: "the audit in memory knows nothing else of sim",
    from: { path: "^packages/sim/src/audit/" },
    to: { path: "^packages/sim/src/", pathNot: "^packages/sim/src/audit/" }
  },
  {
    name: "scenarios serve the model, and both the contracts",
    from: { path: "^packages/sim/src/(scenario|model)/" },
    to: { path: "^packages/sim/src/(contract|memory)/" }
  },
  {
    name: "every file of the sources is reached by a program or a test",
    from: { path: [tests, programs] },
    to: { path: "^packages/[^/]+/src/", pathNot: [tests, programs], reachable: false }
  },
  {
    name: "what runs reaches no test runner",
    comment:
      "`ddd serve` must start where no test runner is installed; bench, which nobody serves, makes requests by fast-check.",
    from: { path: "^packages/[^/]+/src/", pathNot: [tests, testsOfSim, "^packages/bench/"] },
    to: { path: runners, reachable: true }
  }
]

export default {
  forbidden: forbidden.map((rule) => ({ severity: "error", ...rule })),
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^packages/[^/]+/dist/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] }
  }
}
