"""Measures losslint beside other linters and floors: ``python -m benchmarks.speed`` in the project's root.

Sources and peers are downloaded once. Runs take turns and medians are printed, each as a ratio of losslint's
cost to the other's. Exits with 1 if a bar is missed, with 2 if something cannot be had.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.accuracy.packages import NotThere, default_cache

from .cases import CASES, Bar, Case, Place
from .measure import Cost, Failed, cost, medians
from .peers import PEERS, installed
from .trees import published


def main() -> int:
    """Measure and print."""
    options = _options()
    console, progress = Console(width=110), Console(stderr=True)
    try:
        place = _place(options)
        measured: dict[str, Mapping[str, Cost]] = {}
        missed = False
        for name in options.case or CASES:
            case = CASES[name](place)
            with progress.status(name) as status:
                for known in case.contenders.values():  # byte code is written, caches are filled
                    if not known.slow and options.repeat > 1:
                        cost(known)
                measured[name] = medians(
                    case.contenders,
                    options.repeat,
                    lambda line, about=name: status.update(f"{about}: {line}"),  # type: ignore[misc]
                )
            console.print(table(case, measured[name]))
            for line, met in verdicts(case.bars, measured[name]):
                console.print(
                    ("met     " if met else "MISSED  ") + line, style=None if met else "bold", highlight=False
                )
                missed = missed or not met
            console.print()
    except (Failed, NotThere, OSError) as error:
        print(f"speed: {error}", file=sys.stderr)
        return 2
    if options.json is not None:
        document = {
            case: {name: asdict(each) for name, each in costs.items()} for case, costs in measured.items()
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return int(missed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--case", action="append", choices=CASES, help="only this one (may be repeated)")
    parser.add_argument("--repeat", type=int, default=7, help="runs of each (default: 7)")
    parser.add_argument(
        "--peer", action="append", choices=[peer.name for peer in PEERS], help="only this one"
    )
    parser.add_argument("--no-peers", action="store_true", help="losslint and the floors alone")
    parser.add_argument("--slow", action="store_true", help="whole trees by the slow peers too: minutes each")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where downloads are kept")
    parser.add_argument("--json", type=Path, help="write the medians there too")
    return parser.parse_args()


def _place(options: argparse.Namespace) -> Place:
    wanted = [] if options.no_peers else [p for p in PEERS if p.name in (options.peer or [p.name])]
    peers = {peer: installed(peer, options.cache) for peer in wanted}
    return Place(options.cache / "speed" / "work", published(options.cache), peers, options.slow)


def table(case: Case, costs: Mapping[str, Cost]) -> Table:
    """Every contender, and what losslint costs in units of it."""
    shown = Table(title=f"{case.title} (losslint: {case.own!r})", title_justify="left", title_style="bold")
    shown.add_column("")
    for column in ("CPU s", "wall s", "MB", "losslint / it: CPU", "wall"):
        shown.add_column(column, justify="right")
    own = costs[case.own]
    for name, each in costs.items():
        ratios = (own.cpu / max(each.cpu, 1e-6), own.wall / max(each.wall, 1e-6))
        shown.add_row(
            name,
            f"{each.cpu:.3f}",
            f"{each.wall:.3f}",
            f"{each.memory:.0f}",
            *(f"{ratio:.3f}" for ratio in ratios),
        )
    return shown


def verdicts(bars: Iterable[Bar], costs: Mapping[str, Cost]) -> Iterable[tuple[str, bool]]:
    """Each bar whose contenders were measured, as a line, and whether it is met."""
    for bar in bars:
        if bar.of not in costs or (bar.to is not None and bar.to not in costs):
            continue
        value = float(getattr(costs[bar.of], bar.cost))
        if bar.to is None:
            yield f"{bar.of}: {value:.0f} MB at most {bar.limit:.0f}", value <= bar.limit
        else:
            ratio = value / max(float(getattr(costs[bar.to], bar.cost)), 1e-6)
            yield f"{bar.of} / {bar.to}: {ratio:.3f} at most {bar.limit:.3f} ({bar.cost})", ratio <= bar.limit


if __name__ == "__main__":
    sys.exit(main())
