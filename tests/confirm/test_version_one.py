"""Files of TensorFlow 1 that switch version 2 off: they are measured, and so are the files after them."""

from __future__ import annotations

from pathlib import Path

import pytest

from losslint.confirm import ConfirmOptions, LossRequest, confirm_losses

pytestmark = pytest.mark.tensorflow

LOSS = "def {name}(y_true, y_pred):\n    return tf.reduce_sum(tf.square(y_true - y_pred))\n"
HEADS = {
    "behaviour": "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\n",
    "eagerly": "import tensorflow as tf\ntf.compat.v1.disable_eager_execution()\n",
    "after": "import tensorflow as tf\n",
}


def test_what_one_file_switches_off_stays_on_for_the_next(tmp_path: Path) -> None:
    requests = []
    for name, head in HEADS.items():
        path = tmp_path / f"{name}.py"
        path.write_text(head + LOSS.format(name=name), encoding="utf-8")
        requests.append(LossRequest(str(path), name))
    results = list(confirm_losses(requests, ConfirmOptions()))
    assert [(each.status, each.degree) for each in results] == [("measured", "1")] * 3
