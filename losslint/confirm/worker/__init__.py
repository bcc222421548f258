"""A program that runs losses and returns what was measured: standard library plus the framework, Python >= 3.9.

``python losslint/confirm/worker`` is started by the interpreter that has the framework, which need not have
losslint; so nothing here imports anything of losslint outside this directory, and no build step is needed.
There it goes by the name ``losslint_worker``, lest its modules meet those of the project that is measured.

Requests and answers are JSON in frames (a four-byte big-endian length, then the bytes) on private copies of
stdin and stdout; the loss itself sees an empty stdin and a closed-off stdout, so its prints disturb nobody.

    serving       the conversation: frames, limits, one request to one answer
    measuring     inputs are found on which a loss runs; what the experiments showed is put together
    experiments   what a loss is asked: replicate, exchange halves, split, resample
    running       one loss with one kind of inputs, as a function of a batch
    framework     everything that is TensorFlow and Keras
    minimised     what is minimised where that is not what a function returns: add_loss, train_step
    inputs        batches: drawn, repeated, cut, grafted
    objects       from a qualified name to something callable: instances, closures, arguments
    importing     from a file to a namespace: its module, its module without what is missing, a slice of it
    absent        what stands in for a package that is not installed
    errors        what can go wrong, and how it is said in one line

It only measures: values, gradient norms, differences. What they mean is judged in ``confirm/verdict.py``.
"""
