"""What the name of a function or a parameter says it is: a loss, a metric, a target, what a model puts out."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from losslint.analysis.vocabulary import OUTPUTS, TARGETS, Vocabulary
from losslint.source.entries import Words

if TYPE_CHECKING:
    from losslint.config import AnalysisSettings

_METRIC = re.compile(
    r"(?:^|_)(?:accuracy|acc|precision|recall|f1|fbeta|f_score|auc|score|metric|metrics|iou|dice_coef\w*|coef|psnr|hits|ndcg|map)(?:_|$)|metric|explained_var",
    re.IGNORECASE,
)
_EVALUATION = re.compile(r"(?:^|_)eval(?:uate|uation)?(?:_|$)", re.IGNORECASE)
_METRIC_MODULE = re.compile(r"metric|evaluat")
_NEVER = re.compile(
    r"(?:^|_)(?:accuracy|acc|precision|recall|f1|fbeta|auc|confusion_matrix)(?:_|$)", re.IGNORECASE
)


def words(settings: AnalysisSettings, vocabulary: Vocabulary, path: str) -> Words:
    """What the names in a file say: as its settings have it, else as they are usually read."""
    in_metrics = bool(_METRIC_MODULE.search(Path(path).stem))
    return Words(
        is_target=lambda name: _plain(name) in TARGETS or _plain(name).startswith("y_true"),
        is_output=lambda name: _plain(name) in OUTPUTS or _plain(name).startswith("y_pred"),
        is_loss=vocabulary.is_loss,
        is_metric=lambda name: (
            bool(_EVALUATION.search(name))
            or ("loss" not in name.lower() and (in_metrics or bool(_METRIC.search(_snake(name)))))
        ),
        is_data=vocabulary.is_batched,
        not_a_loss=lambda name: _matches(name, settings.not_losses) or _never(name),
        chosen=lambda name: _matches(name, settings.loss_names),
    )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _plain(name: str) -> str:
    return name.strip("_").lower()


def _snake(name: str) -> str:
    """``IOUScore`` reads ``IOU_Score``, and ``IoU`` is one word."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace("IoU", "Iou"))


def _never(name: str) -> bool:
    return bool(_NEVER.search(name)) and "loss" not in name.lower()
