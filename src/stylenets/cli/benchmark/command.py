"""The command ``benchmark``: measure what ``suite=`` says, show tables, and leave the figures."""

from omegaconf import DictConfig

from stylenets.cli.benchmark.settings import check_suites
from stylenets.cli.entry import output_folder, plain_values, run_hydra


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(benchmark, "benchmark")


def benchmark(config: DictConfig) -> None:
    """Do what ``config`` asks for, which conf/benchmark.yaml explains.

    Raises:
        UserError: If the suite is unknown, or one of its settings makes no sense.
    """
    check_suites(config)
    # torch and what stands on it take seconds to import: a mistake is told before
    from stylenets.cli.benchmark.suites import SUITES
    from stylenets.cli.values import check_targets

    check_targets(plain_values(config), ("loss", "objective.loss"))

    run = SUITES[config.suite]
    run(config, output_folder(config.out))


if __name__ == "__main__":
    main()
