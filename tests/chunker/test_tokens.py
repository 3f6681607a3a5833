import hashlib
import inspect
import os
from importlib import resources

import pytest
import tiktoken_ext.openai_public

from chunker.errors import TokenTableError
from chunker.text.tokens import token_counter


def test_the_packaged_table_is_the_one_tiktoken_pins():
    (table,) = [
        entry
        for entry in (resources.files("chunker") / "data" / "tiktoken").iterdir()
        if "." not in entry.name
    ]
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    assert digest in inspect.getsource(tiktoken_ext.openai_public.cl100k_base)


def test_counting_needs_no_network_and_leaves_the_environment_alone(monkeypatch):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/nowhere")
    token_counter.cache_clear()
    assert token_counter()("hello world") == 2
    assert os.environ["TIKTOKEN_CACHE_DIR"] == "/nowhere"


def test_an_unknown_encoding_is_refused_by_name():
    with pytest.raises(TokenTableError, match="no_such_encoding"):
        token_counter("no_such_encoding")
