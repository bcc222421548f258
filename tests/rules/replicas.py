"""Run as a program of its own: TensorFlow takes two logical CPUs only before it has started.

Reads the code of an example from standard input, its loss from the command line; prints the gradient of one
step on eight samples, on one device and on a MirroredStrategy of two.
"""

from __future__ import annotations

import sys

import tensorflow as tf
from losslint.rules._rule import Example
from programs import gradient

if __name__ == "__main__":
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    example = Example(code=sys.stdin.read(), loss=sys.argv[1], degree="0", coupled=False)
    one = tf.distribute.get_strategy()
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    print("gradients", *(gradient(example, copies=2, strategy=strategy) for strategy in (one, two)))
