#!/bin/sh
# llm, the command line tool: the service as a model of its configuration, streamed and not, and a follow-up.
set -eu
LLM_USER_PATH="$1/llm"
export LLM_USER_PATH
mkdir -p "$LLM_USER_PATH"
cat > "$LLM_USER_PATH/extra-openai-models.yaml" <<YAML
- model_id: dossier
  model_name: dossier
  api_base: $DOSSIER_BASE_URL
  api_key_name: dossier
YAML
llm="$1/python/bin/llm"
"$llm" keys set dossier --value "$DOSSIER_KEY"
"$llm" -m dossier "$DOSSIER_QUESTION" | tee "$1/llm.txt"
grep -q '\[[0-9]\]' "$1/llm.txt"
"$llm" -m dossier --no-stream "$DOSSIER_QUESTION" | diff - "$1/llm.txt"
printf 'follow-up: '
"$llm" -c "And what did he reply?"
