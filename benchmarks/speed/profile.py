"""Where the time goes: ``python -m benchmarks.speed.profile [--write]`` profiles one cold run over Keras' sources.

A profiler slows calls more than loops, so shares are given and no seconds. ``--write`` puts the table into the README.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from benchmarks.accuracy.packages import NotThere, default_cache, sources

from .trees import PACKAGES

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- profile -->", "<!-- end of profile -->"

AREAS: Mapping[str, tuple[str, ...]] = {
    "finding files, configuration": (
        "source/discovery",
        "source/patterns",
        "source/ignorefiles",
        "losslint/config",
    ),
    "reading files, prefilter": (
        "source/text",
        "source/prefilter",
        "pathlib",
        "method 'read'",
        "method 'decode'",
    ),
    "syntax check, standard parser": ("symtable", "<built-in method builtins.compile>", "/ast.py"),
    "index of modules, entries": ("losslint/source/",),
    "concrete syntax": ("/libcst/", "libcst"),
    "interpretation": ("losslint/analysis/", "losslint/engine", "losslint/entering", "losslint/handed"),
    "rules": ("rules/",),
    "operation tables": ("tomllib", "tomli"),
    "results, suppression": ("losslint/",),
}
"""Parts of a file's path or of a built-in's name, the first area that fits."""
REST = "the rest of Python"


def main() -> int:
    """Profile and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.profile", description=__doc__)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where downloads are kept")
    parser.add_argument("--write", action="store_true", help="renew the table in the README")
    options = parser.parse_args()
    try:
        tree = sources(PACKAGES[0], options.cache)
    except NotThere as error:
        print(f"profile: {error}", file=sys.stderr)
        return 2
    text = table(shares(profiled(tree)))
    print(text)
    if options.write:
        README.write_text(renewed(README.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 0


def profiled(tree: Path) -> pstats.Stats:
    """A run over the tree in this process, when all that it needs is loaded."""
    import losslint.engine  # noqa: F401
    from losslint.config import Configuration, command_line
    from losslint.run import run

    profile = cProfile.Profile()
    with profile:
        run([str(tree)], Configuration(command_line({}), isolated=True))
    return pstats.Stats(profile)


def shares(stats: pstats.Stats) -> dict[str, float]:
    """The share of each area in the time spent in functions themselves.

    What a built-in function takes belongs to the area that called it, unless it has one of its own.
    """
    spent: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, callers) in stats.stats.items():  # type: ignore[attr-defined]
        area = area_of(file, name)
        if area is not None:
            spent[area] += own
            continue
        for (caller, _, caller_name), (_, _, through, _) in callers.items():
            spent[area_of(caller, caller_name) or REST] += through
    total = sum(spent.values())
    return {area: time / total for area, time in spent.most_common()}


def area_of(file: str, name: str) -> str | None:
    """The area of a function; None for what belongs to whoever calls it."""
    where = name if file in ("~", "") else file.replace("\\", "/")
    return next((area for area, parts in AREAS.items() if any(part in where for part in parts)), None)


def table(found: Mapping[str, float]) -> str:
    """A table in Markdown."""
    rows = [f"| {area} | {share:.1%} |" for area, share in found.items() if share >= 0.0005]
    return "\n".join(["| where | share |", "|---|---|", *rows])


def renewed(text: str, new: str) -> str:
    """The text with another table between the marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{new}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
