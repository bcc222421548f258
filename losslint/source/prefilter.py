"""The question asked of a file's bytes before anything is parsed: could it hold a loss?

A needless yes costs a parse, a wrong no would lose a finding, so the words are wide. Four files of five in a framework's
own sources answer no, for a tenth of a second per thousand files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(rb"\w+")

# How a loss is recognised (names, parameters, what is minimised), and a comment that says so. Enough on their own:
# helpers that get their backend handed in as an argument never name a framework.
_LOSS = re.compile(
    rb"loss|objective|criteri|\bcosts?\b|_cost|y_?(?:true|pred|hat)|gradient_?tape|minimi[sz]e|tf\.gradients"
    rb"|elbo|divergence|likelihood|ground_?truth|\bgt\b",
    re.IGNORECASE,
)

# Words that losses share with much other code: they count beside the name of a framework.
_FRAMEWORK = re.compile(rb"tensorflow|keras|\btfp\b|einops")
_PARAMETERS = re.compile(rb"\blabels?\b|\blogits?\b|\btargets?\b|\bpredictions?\b|\bpreds?\b|\btruth\b")


def may_hold_loss(data: bytes, *, names: Sequence[str] = ()) -> bool:
    """Whether the file is worth parsing for losses.

    ``data`` is the file as it is on disk, in any encoding: every source encoding of Python writes these words in
    ASCII. ``names`` are further words that make a loss (configuration's ``loss-names``; glob patterns are allowed).
    """
    if _LOSS.search(data) or (_FRAMEWORK.search(data) and _PARAMETERS.search(data)):
        return True
    return any(all(part in data for part in _WORD.findall(name.encode())) for name in names)
