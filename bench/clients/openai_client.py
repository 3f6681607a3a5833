"""OpenAI's Python client: an answer, a stream, and a follow-up question."""

import os
import re

from openai import OpenAI

client = OpenAI(base_url=os.environ["DOSSIER_BASE_URL"], api_key=os.environ["DOSSIER_KEY"])
asked = [{"role": "user", "content": os.environ["DOSSIER_QUESTION"]}]
answer = client.chat.completions.create(model="dossier", messages=asked)
text = answer.choices[0].message.content
print(text)
assert re.search(r"\[\d\]", text)
assert answer.choices[0].message.annotations[0].url_citation.url in answer.citations or answer.citations
stream = client.chat.completions.create(model="dossier", messages=asked, stream=True)
assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == text
follow_up = [
    *asked,
    {"role": "assistant", "content": text},
    {"role": "user", "content": "And what did he reply?"},
]
print(
    "follow-up:",
    client.chat.completions.create(model="dossier", messages=follow_up).choices[0].message.content,
)
