"""How inputs are written: ``y_true=(N,4):int[0..9] y_pred.mu=(N,4,10):prob alpha=0.25``.

A name, ``=``, and an array (a shape in parentheses, ``:kind``, ``[low..high]``, ``/dtype``) or a literal.
Dots lead into dicts and lists; spaces or commas stand between inputs. This is the grammar of comments, of
configuration and of ``--inputs``; what a kind means is known where losses are run.
"""

from __future__ import annotations

import re

ARRAY = re.compile(
    r"\(\s*(?P<shape>[^()]*?)\s*\)\s*(?::\s*(?P<kind>[A-Za-z][\w-]*)"
    r"(?:\[\s*(?P<low>-?\d+)\s*\.\.\s*(?P<high>-?\d+)\s*\])?)?(?:/(?P<dtype>\w+))?(?=[\s,]|$)"
)
_NAME = re.compile(r"\s*,?\s*([A-Za-z_][\w.]*)\s*=\s*")
_LITERAL = re.compile(r"(\[[^\]]*\]|'[^']*'|\"[^\"]*\"|[^\s,()]+)(?=[\s,]|$)")
_SPACE = re.compile(r"\s+")
_SHOWN = 40  # characters of what cannot be read


class InputsError(ValueError):
    """Inputs that cannot be read; the message is one clear line."""


def split_inputs(text: str) -> tuple[tuple[str, str], ...]:
    """Names and specs, in their order; an array's spec without spaces. Raises InputsError."""
    pairs: list[tuple[str, str]] = []
    position = 0
    while text[position:].strip(" ,\t"):
        name = _NAME.match(text, position)
        array = name and ARRAY.match(text, name.end())
        value = array or (name and _LITERAL.match(text, name.end()))
        if name is None or value is None:
            rest = text[position:].strip()[:_SHOWN]
            raise InputsError(f"cannot read inputs at {rest!r}; write name=(N,4):real")
        pairs.append((name[1], _SPACE.sub("", value[0]) if array else value[0]))
        position = value.end()
    if not pairs:
        raise InputsError("no inputs given; write name=(N,4):real")
    return tuple(pairs)
