"""Runs the cells of a notebook in this process, as a kernel does, without one."""

import ast
import contextlib
import io
import json


def run_notebook(path):
    """Yield for each cell of code what was kept of its run, and what it gives now: printed, and as HTML."""
    names = {"__name__": "__main__"}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            yield _kept(cell["outputs"]), _run("".join(cell["source"]), names)


def _kept(outputs):
    printed = "".join("".join(one["text"]) for one in outputs if one["output_type"] == "stream")
    shown = ["".join(one["data"]["text/html"]) for one in outputs if one["output_type"] == "execute_result"]
    return printed, "".join(shown)


def _run(code, names):
    """Run ``code``; what its last line is worth is shown, if that is an expression."""
    body = ast.parse(code).body
    last = ast.Expression(body.pop().value) if isinstance(body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102 - our own notebook
        if last is not None:
            value = eval(compile(last, "cell", "eval"), names)  # noqa: S307 - our own notebook
    return printed.getvalue(), "" if value is None else value._repr_html_()
