"""LangChain's ChatOpenAI: invoke, stream, usage, and the message in a chain."""

import os
import re

from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model="dossier",
    base_url=os.environ["DOSSIER_BASE_URL"],
    api_key=os.environ["DOSSIER_KEY"],
    stream_usage=True,
)
question = os.environ["DOSSIER_QUESTION"]
answer = model.invoke(question)
print(answer.text)
print(answer.usage_metadata)
assert re.search(r"\[\d\]", answer.text)
chunks = list(model.stream(question))
assert "".join(chunk.text for chunk in chunks) == answer.text
assert (
    sum((chunk.usage_metadata or {}).get("total_tokens", 0) for chunk in chunks)
    == (answer.usage_metadata["total_tokens"])
)
chain = ChatPromptTemplate.from_messages([("system", "Be brief."), ("user", "{question}")]) | model
assert chain.invoke({"question": question}).text == answer.text
