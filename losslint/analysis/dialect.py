"""Which TensorFlow a call was written for, where 1 and 2 mean different things by one name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

OTHERWISE_IN_V1 = {"tensorflow.losses": "tensorflow.compat.v1.losses"}
"""Modules of functions that TensorFlow 2 gave to others: `tf.losses` is Keras's, one value per sample, no scalar."""
V1_KEYWORDS = frozenset({"labels", "predictions", "weights", "loss_collection"})
"""Arguments that only those of TensorFlow 1 take."""
_ONLY_IN_V1 = re.compile(
    r"""
    \b(?:tf|tensorflow)\.(?:
        placeholder | (?:Interactive)?Session | get_variable | variable_scope | get_collection | contrib
        | layers\.[a-z] | train\.\w*Optimizer | global_variables | trainable_variables | reset_default_graph
        | set_random_seed | log | to_float | to_int32 | to_int64 | Print | div | random_normal | random_uniform
        | truncated_normal | app | flags | GraphKeys
    )\b
    | \bkeep_dims\s*= | \breduction_indices\s*=
    """,
    re.VERBOSE,
)
"""Names that TensorFlow 2 does not have: a module that uses one was written for TensorFlow 1."""


def meant(name: str, keywords: Iterable[str], lines: Sequence[str]) -> str:
    """The dotted name of what is called, given the lines of the module that calls it."""
    module, _, function = name.rpartition(".")
    before = OTHERWISE_IN_V1.get(module)
    if before is None or not function.islower():  # classes came with TensorFlow 2
        return name
    of_v1 = not V1_KEYWORDS.isdisjoint(keywords) or any(map(_ONLY_IN_V1.search, lines))
    return f"{before}.{function}" if of_v1 else name
