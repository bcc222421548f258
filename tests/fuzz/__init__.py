"""Random loss programs: what the analysis infers of them against what TensorFlow measures.

``programs`` writes them, ``measuring`` runs them, ``comparing`` sets the two side by side,
``shrinking`` makes a disagreement small. ``python -m tests.fuzz --programs 20000 --seed 1`` is the long run.
"""
