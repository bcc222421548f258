"""Running a loss in its framework: plan, worker, experiments, verdicts."""
