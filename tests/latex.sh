#!/usr/bin/env bash
# Renders the formulas of every operator, and of every network of `tests/networks`, with KaTeX, which refuses what is not LaTeX.
#
# usage: tests/latex.sh          all of them
#        tests/latex.sh missing  says what is missing, and does nothing else
#
# It needs two things, and names those that are missing (then it ends with 3):
#
#   node   Debian: nodejs
#   KaTeX  npm install katex, in this folder or in one that NODE_PATH names
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v node >/dev/null || missing+=("node")
if [ ${#missing[@]} -gt 0 ] || ! node -e 'require("katex")' 2>/dev/null; then
    missing+=("KaTeX")
fi
if [ ${#missing[@]} -gt 0 ]; then
    echo "missing: ${missing[*]}"
    exit 3
fi
if [ "${1:-}" = missing ]; then
    exit 0
fi

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
LATEX_FOLDER=$folder cargo test -q -p dsl-compiler --lib -- emit::latex::tests::every_
node - "$folder" <<'END'
const fs = require("fs"), path = require("path"), katex = require("katex");
const folder = process.argv[2];
let formulas = 0, faults = 0;
for (const file of fs.readdirSync(folder).sort()) {
    const text = fs.readFileSync(path.join(folder, file), "utf8");
    for (const formula of text.match(/\\begin\{align\*\}[^]*?\\end\{align\*\}/g) ?? []) {
        formulas += 1;
        try {
            katex.renderToString(formula, { displayMode: true, throwOnError: true, strict: "error", maxSize: 1e4, maxExpand: 1e6 });
        } catch (error) {
            faults += 1;
            console.error(`${file}: ${error.message.slice(0, 300)}`);
        }
    }
}
console.log(`${formulas} formulas, ${faults} faults`);
process.exit(formulas === 0 || faults > 0 ? 1 : 0);
END
