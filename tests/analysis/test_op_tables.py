"""The operation tables against their own description, and against the libraries they describe."""

from __future__ import annotations

import fnmatch
import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from op_names import installed, real

from losslint.analysis.optable import (
    REQUIRED,
    Operation,
    Operations,
    OpTable,
    Signature,
    TableError,
    builtin_table,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

OPS = Path(__file__).parents[2] / "rules" / "ops"
ENTRY_KEYS = {"kind", "how", "signature", "names"}


def tables() -> dict[str, dict[str, Any]]:
    """Every table by file name; keywords.toml and unlisted.toml are no tables."""
    files = sorted(OPS.glob("*.toml"))
    return {
        file.name: tomllib.loads(file.read_text(encoding="utf-8"))
        for file in files
        if file.stem not in ("keywords", "unlisted")
    }


def entries() -> Iterator[tuple[str, dict[str, Any]]]:
    for file, table in tables().items():
        for entry in table.get("ops", []):
            yield f"{file}: {entry['names'][0]}", entry


def vocabulary() -> dict[str, tuple[set[str], set[str]]]:
    """Kind → (variants, roles), read from the README's table: the one place where they are listed."""
    words: dict[str, tuple[set[str], set[str]]] = {}
    for line in (OPS / "README.md").read_text(encoding="utf-8").splitlines():
        cells = line.split("|")
        if line.startswith("| `"):
            kind, hows, roles = (set(re.findall(r"`([a-z_0-9]+)`", cell)) for cell in cells[1:4])
            words[kind.pop()] = (hows, roles)
    losses = words["loss"]
    words["loss_class"] = (losses[0] | words["loss_class"][0], losses[1] | words["loss_class"][1])
    return words


ALL_ENTRIES = list(entries())
IDS = [label for label, _ in ALL_ENTRIES]
VOCABULARY = vocabulary()
README = (OPS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("entry", [entry for _, entry in ALL_ENTRIES], ids=IDS)
def test_entry_is_made_of_documented_words(entry: dict[str, Any]) -> None:
    hows, roles = VOCABULARY[entry["kind"]]
    assert entry.get("how", "") in (hows or {""})
    signature = Signature.parse(entry["signature"])
    names = {name for name, _ in signature.roles} | ({signature.rest} if signature.rest else set())
    assert not roles or names & roles or entry["signature"] == "...", f"no role of {entry['kind']} in it"
    for parameter in entry.keys() - ENTRY_KEYS:
        assert re.search(rf"`{parameter}\b", README), f"{parameter} is not described"
    for role in entry.get("keywords", {}).values():
        assert role in names
    for argument in entry.get("unless", []):
        assert dict(signature.roles)[argument] is not REQUIRED


def test_no_name_twice() -> None:
    count = Counter(name for _, entry in ALL_ENTRIES for name in entry["names"])
    assert [name for name, times in count.items() if times > 1] == []


def test_entries_are_grouped_by_kind() -> None:
    for file, table in tables().items():
        kinds = [entry["kind"] for entry in table["ops"]]
        runs = [kind for i, kind in enumerate(kinds) if i == 0 or kinds[i - 1] != kind]
        assert len(runs) == len(set(runs)), f"{file}: {runs}"


def test_one_signature_one_entry() -> None:
    for file, table in tables().items():
        seen = Counter(str(sorted((k, str(v)) for k, v in e.items() if k != "names")) for e in table["ops"])
        assert [entry for entry, times in seen.items() if times > 1] == [], file


def test_reading_our_tables_bit_by_bit_gives_what_toml_says() -> None:
    whole = OpTable(Operations({}), {}, {}).with_files(OPS / file for file in sorted(tables()))
    table = builtin_table()
    assert list(table.operations) == list(whole.operations)
    assert dict(table.operations) == dict(whole.operations)
    assert table.aliases == whole.aliases


def test_aliases_end() -> None:
    table = builtin_table()
    for prefix in table.aliases:
        name, seen = prefix, {prefix}
        while name in table.aliases:
            name = table.aliases[name]
            assert name not in seen, f"{prefix} runs in a circle"
            seen.add(name)


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("tensorflow.python.ops.math_ops.reduce_sum", "tensorflow.reduce_sum"),
        ("tensorflow.compat.v1.math.log", "tensorflow.math.log"),
        ("tensorflow.nn.tanh", "tensorflow.tanh"),
        ("tensorflow.nn.softmax", "tensorflow.math.softmax"),
        ("tensorflow.keras.backend.sum", "keras.ops.sum"),
        ("tf_keras.backend.l2_normalize", "keras.backend.l2_normalize"),
        ("keras.src.backend.numpy.mean", "keras.ops.mean"),
        ("tensorflow.losses.mean_squared_error", "keras.losses.mean_squared_error"),
        ("tensorflow.compat.v1.losses.mean_squared_error", "tensorflow.compat.v1.losses.mean_squared_error"),
        ("tensorflow.losses.softmax_cross_entropy", "tensorflow.compat.v1.losses.softmax_cross_entropy"),
        ("tensorflow.experimental.numpy.sum", "numpy.sum"),
        ("tensorflow.contrib.distributions.Normal", "tensorflow_probability.distributions.Normal"),
        # What looks alike and is not: Keras 2's identity is the tensor, keras.ops.identity is a matrix.
        ("keras.backend.identity", "keras.backend.identity"),
        ("keras.backend.repeat", "keras.backend.repeat"),
        ("tensorflow.compat.v1.linalg.transpose", "tensorflow.compat.v1.linalg.transpose"),
    ],
)
def test_aliases_lead_to_the_entry(name: str, end: str) -> None:
    table = builtin_table()
    assert table.canonical(name) == end
    assert table.find(name) is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[ops]]\nkind = 'map'\nsignature = 'x'\n", "lacks 'names'"),
        ("[[ops]]\nkind = 'map'\nsignature = 'x, ('\nnames = ['a.b']\n", "is not one"),
        ("[[ops", "not valid TOML"),
    ],
)
def test_a_broken_table_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(TableError, match=re.escape(message)) as caught:
        builtin_table().with_files([file])
    assert "mine.toml" in str(caught.value)


# ---------------------------------------------------------------------------- against the libraries

REVIEWED = (
    "tensorflow",
    "tensorflow.math",
    "tensorflow.nn",
    "tensorflow.linalg",
    "keras.ops",
    "keras.losses",
)
ALIASED = (*REVIEWED, "keras.activations", "keras.backend", "tensorflow.compat.v1", "tensorflow.compat.v1.nn")


def public(module: str) -> list[str]:
    home = real(module)
    return [
        f"{module}.{name}" for name in sorted(dir(home)) if name[0] != "_" and callable(getattr(home, name))
    ]


def misplaced(name: str, operation: Operation, table: OpTable) -> Iterator[str]:
    """Roles whose place in the real signature belongs to something else."""
    function = real(name)
    if name.endswith("()"):
        return
    try:
        found = inspect.signature(function.__init__ if inspect.isclass(function) else function)
    except (TypeError, ValueError):
        return  # some of numpy's and TensorFlow's built-ins tell nothing
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    places = [p.name for p in found.parameters.values() if p.kind in positional and p.name != "self"]
    own = operation.get("keywords", {})
    for (role, _), place in zip(operation.signature.roles, places, strict=False):
        meant = own.get(place, role if place == role or place in table.synonyms.get(role, ()) else None)
        if (
            meant != role and place != "name"
        ):  # `name` sits among the arguments in v1; nobody gives it by place
            yield f"{name}: {role} stands where {place} is in ({', '.join(places)})"


@pytest.mark.tensorflow
def test_names_exist_or_are_marked_legacy() -> None:
    wrong = []
    for name, operation in builtin_table().operations.items():
        if not installed(name):
            continue
        try:
            real(name)
        except LookupError:
            exists = False
        else:
            exists = True
        if exists == bool(operation.get("legacy")):
            wrong.append(f"{name}: {'exists' if exists else 'does not exist'}")
    assert wrong == []


@pytest.mark.tensorflow
def test_roles_stand_where_the_arguments_do() -> None:
    table, wrong = builtin_table(), []
    for name, operation in table.operations.items():
        if installed(name) and not operation.get("legacy"):
            wrong += misplaced(name, operation, table)
    for module in ALIASED:
        for name in public(module):
            operation_or_none = table.find(name)
            if operation_or_none is not None:
                wrong += misplaced(name, operation_or_none, table)
    assert wrong == []


def defaults(name: str, operation: Operation, table: OpTable) -> Iterator[str]:
    """Arguments that are optional on one side only, or whose default is not the real one."""
    function, own = real(name), operation.get("keywords", {})
    try:
        found = inspect.signature(function.__init__ if inspect.isclass(function) else function).parameters
    except (TypeError, ValueError):
        return
    roles = dict(operation.signature.roles)
    for role, default in roles.items():
        spellings = [word for word in found if word not in roles and word in table.synonyms.get(role, ())]
        place = next((word for word in found if own.get(word, word) == role), next(iter(spellings), None))
        if place is None or place == "name":
            continue
        there = REQUIRED if found[place].default is inspect.Parameter.empty else found[place].default
        if default is not there and default != there and str(there) != "<no value>":
            yield f"{name} {role}"


# None means a certain axis there, or "no" (keepdims), or must not be left out all the same.
DEFAULTS_THAT_DIFFER = {
    "keras.backend.reverse axis",
    "tensorflow.Variable x",
    "tensorflow.argmax axis",
    "tensorflow.argmin axis",
    "tensorflow.compat.v1.gather axis",
    "tensorflow.grad_pass_through fn",
    "tensorflow.math.log_softmax axis",
    "tensorflow.math.softmax axis",
    "tensorflow.nn.sigmoid_cross_entropy_with_logits y_pred",
    "tensorflow.nn.sigmoid_cross_entropy_with_logits y_true",
    "tensorflow.recompute_grad fn",
    "tensorflow.sparse.reduce_max keepdims",
    "tensorflow.sparse.reduce_sum keepdims",
    "tensorflow.split num",  # two arguments of the function are called so
}


@pytest.mark.tensorflow
def test_defaults_are_the_real_ones() -> None:
    table, differ = builtin_table(), set()
    for name, operation in table.operations.items():
        if installed(name) and not operation.get("legacy") and not name.endswith("()"):
            differ |= set(defaults(name, operation, table))
    assert differ == DEFAULTS_THAT_DIFFER


# Names of TensorFlow 0.x that even tf.compat.v1 has dropped.
EXTINCT = {
    "batch_matmul", "batch_matrix_transpose", "complex_abs", "concat_v2", "histogram_summary", "inv", "mul",
    "neg", "pack", "scalar_summary", "select", "sub", "unpack",
}  # fmt: skip


@pytest.mark.tensorflow
def test_legacy_names_were_real_once() -> None:
    legacy = [name for name, operation in builtin_table().operations.items() if operation.get("legacy")]
    gone = set()
    for name in legacy:
        if name.startswith("tensorflow."):
            try:
                real(name.replace("tensorflow.", "tensorflow.compat.v1.", 1))
            except LookupError:
                gone.add(name.removeprefix("tensorflow."))
    # `layers` went with Keras 2, `contrib` with TensorFlow 1: `tf.compat.v1` has neither beside Keras 3.
    assert {name for name in gone if not name.startswith(("layers.", "contrib."))} == EXTINCT


@pytest.mark.tensorflow
def test_what_has_no_entry_is_exactly_the_reviewed_list() -> None:
    groups = tomllib.loads((OPS / "unlisted.toml").read_text(encoding="utf-8"))["groups"]
    reviewed = [pattern for group in groups for pattern in group["names"]]
    assert all(group["reason"] for group in groups)
    assert [pattern for pattern, times in Counter(reviewed).items() if times > 1] == []

    table = builtin_table()
    missing = {name for module in REVIEWED for name in public(module) if table.find(name) is None}
    listed = {pattern: set(fnmatch.filter(missing, pattern)) for pattern in reviewed}
    assert sorted(missing - set().union(*listed.values())) == [], "neither an entry nor a reason"
    assert sorted(pattern for pattern, names in listed.items() if not names) == [], "a reason for nothing"
