"""Runs the labelled losses of published packages without any help and compares with the labels.

    python benchmarks/confirm/labels.py LABELS.tsv SOURCES [--python PYTHON] [--package NAME]

SOURCES holds one folder per package with its unpacked wheel. Prints every loss that was not measured or
disagrees, with the reason, then the shares.

A loss *imports* if something callable was had of it: from its module, from its module with stand-ins for what is
not installed, or from a slice of it; and if nothing that it computes with is missing. Targets: at least 85 % of those
that import measured without help, at least 98 % of the measured ones agreeing. Exit status 1 if one is missed.
Labels whose verdict hangs on the inputs, as runs have proved (``benchmarks/accuracy/disputed.toml``), are met by either
verdict; those met only as corrected are listed.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from losslint.confirm import ConfirmOptions, LossRequest, Measured, confirm_losses

DISPUTED = Path(__file__).parents[1] / "accuracy" / "disputed.toml"


@dataclass(frozen=True, slots=True)
class Label:
    """One row of the labels, with the file it speaks of (``None``: it is not on this machine)."""

    row: dict[str, str]
    path: Path | None

    @property
    def name(self) -> str:
        return f"{self.row['package']} {self.row['path']}:{self.row['line']} {self.row['qualname']}"


def read_labels(table: Path, sources: Path) -> Iterator[Label]:
    """The rows, each with its correction if it is disputed, and with its file."""
    disputed = tomllib.loads(DISPUTED.read_text(encoding="utf-8"))["disputed"]
    corrected = {(d["package"], d["path"], d["qualname"]): d["verdict"] for d in disputed}
    with table.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            place = row["package"], row["path"], row["qualname"]
            row["corrected"] = corrected.get(place, row["verdict"])
            wanted = row["package"].partition("==")[0].replace("-", "_").lower()
            folder = next((f for f in sources.iterdir() if f.name.lower() == wanted), None)
            path = folder / row["path"] if folder else None
            yield Label(row, path if path and path.is_file() else None)


def agreement(label: Label, measured: Measured) -> str:
    """``agrees`` (perhaps ``as corrected``) or in what it does not."""
    if measured.verdict != label.row["verdict"]:
        if measured.verdict == label.row["corrected"]:
            return "agrees as corrected"
        return f"verdict {measured.verdict}, labelled {label.row['verdict']}"
    if measured.degree != label.row["degree"]:
        return f"degree {measured.degree}, labelled {label.row['degree']}"
    return "agrees"


NOT_HAD = "nowhere"


def origin_of(measured: Measured) -> str:
    """Where the loss came from; ``nowhere`` if it does not import under this framework."""
    missing = "which is not installed where it is run" in (measured.reason or "")
    return NOT_HAD if missing else measured.loaded_from or NOT_HAD


def main() -> int:
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
    origins: Counter[str] = Counter()
    measured_count = agreeing = 0
    options = ConfirmOptions(python=chosen.python, timeout=60)
    for label, measured in zip(labels, confirm_losses(requests, options), strict=True):
        origins[origin_of(measured)] += 1
        if measured.status != "measured":
            print(f"{label.name}: {measured.status}: {measured.reason}", flush=True)
            continue
        measured_count += 1
        said = agreement(label, measured)
        agreeing += said.startswith("agrees")
        if said != "agrees":
            fed = " ".join(f"{f.name}={f.shape}:{f.kind}" for f in measured.inputs)
            print(
                f"{label.name}: {said} (gap {measured.split_gap:.1e}; fed {fed};"
                f" labelled on {label.row['inputs']}; {label.row['reliability']})",
                flush=True,
            )
    importing = len(labels) - origins[NOT_HAD]
    print(f"{len(every)} labels, {len(every) - len(labels)} without their file; had from:")
    for origin, number in origins.most_common():
        print(f"  {number:4} {origin}")
    shares = (
        ("measured, of those that import", measured_count, importing, 0.85),
        ("measured, of all", measured_count, len(labels), 0.0),
        ("agreeing, of the measured", agreeing, measured_count, 0.98),
    )
    for name, part, whole, target in shares:
        met = whole > 0 and part / whole >= target
        wanted = f" (target {target:.0%})" if target else ""
        print(f"{name:<32}{part} / {whole} = {part / max(whole, 1):.1%}{wanted}{'' if met else '   MISSED'}")
    return 0 if all(whole and part / whole >= target for _, part, whole, target in shares) else 1


if __name__ == "__main__":
    sys.exit(main())
