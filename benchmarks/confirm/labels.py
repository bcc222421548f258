"""Runs the labelled losses of published packages without any help and compares with the labels.

    python benchmarks/confirm/labels.py LABELS.tsv SOURCES [--python PYTHON] [--package NAME]

SOURCES holds one folder per package with its unpacked wheel. Prints every loss that was not measured or
disagrees, then the shares. A label of reliability ``medium`` depends on the inputs; it is counted apart.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from losslint.confirm import ConfirmOptions, LossRequest, Measured, confirm_losses


@dataclass(frozen=True, slots=True)
class Label:
    """One row of the labels, with the file it speaks of (``None``: it is not on this machine)."""

    row: dict[str, str]
    path: Path | None

    @property
    def name(self) -> str:
        return f"{self.row['package']} {self.row['path']}:{self.row['line']} {self.row['qualname']}"


def read_labels(table: Path, sources: Path) -> Iterator[Label]:
    """The rows, each with its file."""
    with table.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            wanted = row["package"].partition("==")[0].replace("-", "_").lower()
            folder = next((f for f in sources.iterdir() if f.name.lower() == wanted), None)
            path = folder / row["path"] if folder else None
            yield Label(row, path if path and path.is_file() else None)


def agreement(label: Label, measured: Measured) -> str:
    """``agrees`` or in what it does not. Log growth is labelled mixed with an unharmed gradient."""
    if measured.verdict != label.row["verdict"]:
        return f"verdict {measured.verdict}, labelled {label.row['verdict']}"
    if measured.degree != label.row["degree"]:
        return f"degree {measured.degree}, labelled {label.row['degree']}"
    return "agrees"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--python")
    parser.add_argument("--package")
    chosen = parser.parse_args()
    rows = read_labels(chosen.table, chosen.sources)
    every = [label for label in rows if (chosen.package or "") in label.row["package"]]
    labels = [label for label in every if label.path is not None]
    requests = [LossRequest(str(x.path), x.row["qualname"], int(x.row["line"])) for x in labels]
    counts: Counter[str] = Counter(missing=len(every) - len(labels))
    for label, measured in zip(
        labels, confirm_losses(requests, ConfirmOptions(python=chosen.python, timeout=60)), strict=True
    ):
        counts[label.row["reliability"]] += 1
        if measured.status != "measured":
            counts["not measured"] += 1
            print(f"{label.name}: {measured.status}: {measured.reason}", flush=True)
            continue
        counts["measured"] += 1
        said = agreement(label, measured)
        counts[f"{label.row['reliability']}: {'agrees' if said == 'agrees' else 'differs'}"] += 1
        if said != "agrees":
            fed = " ".join(f"{f.name}={f.shape}:{f.kind}" for f in measured.inputs)
            print(
                f"{label.name}: {said} (gap {measured.split_gap:.1e}; fed {fed};"
                f" labelled on {label.row['inputs']}; {label.row['reliability']})",
                flush=True,
            )
    print(dict(counts))


if __name__ == "__main__":
    main()
