#!/bin/sh
# Ask a running service through chat clients of other makes, and fail unless each gets a cited answer.
#
#   dossier serve & sh bench/clients/run.sh [http://127.0.0.1:8000/v1] [KEY]
#
# The clients are installed in CLIENTS_FOLDER (a temporary folder unless set) and nowhere else.
# Needs python3, node 18 or newer, and the network for pip and npm.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
DOSSIER_BASE_URL=${1:-http://127.0.0.1:8000/v1}
DOSSIER_KEY=${2:-none}
DOSSIER_QUESTION=${DOSSIER_QUESTION:-What did comrade Stalin propose to Eden?}
export DOSSIER_BASE_URL DOSSIER_KEY DOSSIER_QUESTION
folder=${CLIENTS_FOLDER:-$(mktemp -d)}

[ -x "$folder/python/bin/python" ] || python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check openai langchain-openai llm 2>/dev/null
mkdir -p "$folder/node"
(cd "$folder/node" && npm install --silent --no-audit --no-fund ai @ai-sdk/openai-compatible openai)

echo "== openai (Python)";     "$folder/python/bin/python" "$here/openai_client.py"
echo "== LangChain ChatOpenAI"; "$folder/python/bin/python" "$here/langchain_client.py"
echo "== llm";                  sh "$here/llm_client.sh" "$folder"
echo "== Vercel AI SDK";        cp "$here"/*.mjs "$folder/node/" && node "$folder/node/vercel_client.mjs"
echo "== openai (JavaScript)";  node "$folder/node/openai_client.mjs"
echo "every client got a cited answer"
