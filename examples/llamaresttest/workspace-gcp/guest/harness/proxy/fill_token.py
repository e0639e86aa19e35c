"""Copies an addon with TOKEN_HERE in its string literals replaced by a secret: fill_token.py ADDON SECRET COPY.

The secret's value becomes part of a Python literal, so that no character of it means anything else.
It refuses a value with a line end or another control character: no key has one, and a redaction would miss the rest.
"""

import ast
import io
import pathlib
import sys
import tokenize

MARK = "TOKEN_HERE"


def fill(source, value):
    """The source with each string literal that holds the mark replaced."""
    lines = source.splitlines(keepends=True)
    found = 0
    # From the end, so that earlier places stay where they are.
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(source).readline))):
        if token.type != tokenize.STRING or MARK not in token.string:
            continue
        (row, begin), (last, end) = token.start, token.end
        if row != last:
            raise SystemExit("the mark stands in a literal of several lines")
        literal = repr(ast.literal_eval(token.string).replace(MARK, value))
        line = lines[row - 1]
        lines[row - 1] = line[:begin] + literal + line[end:]
        found += 1
    if found != 1:
        raise SystemExit(f"the addon has {found} literals with {MARK} where one is expected")
    return "".join(lines)


def main(addon, secret, copy):
    value = pathlib.Path(secret).read_text(encoding="utf-8")
    if not value or not value.isprintable():
        name = pathlib.Path(secret).name
        raise SystemExit(f"the secret {name} is empty or holds a line end or another control character")
    filled = fill(pathlib.Path(addon).read_text(encoding="utf-8"), value)
    pathlib.Path(copy).write_text(filled, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
