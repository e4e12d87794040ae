"""Reads back what an offline W&B run wrote, without W&B.

Its transaction log is in LevelDB's format, behind a header of seven bytes.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import wandb
from wandb.proto.wandb_internal_pb2 import Record

BLOCK = 32768  # bytes


def records(log: Path) -> Iterator[Record]:
    """Everything in a run's transaction log; one record can be spread over several blocks."""
    data = log.read_bytes()
    position = 7
    parts = b""
    while position + 7 <= len(data):
        if BLOCK - position % BLOCK < 7:
            position += BLOCK - position % BLOCK
            continue
        length = int.from_bytes(data[position + 4 : position + 6], "little")
        kind = data[position + 6]
        parts += data[position + 7 : position + 7 + length]
        position += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield Record.FromString(parts)
            parts = b""


def values(items: object) -> dict[str, object]:
    """The key-value pairs of a record as a dictionary, nested keys joined by dots."""
    return {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in items}


def read(run: Path) -> tuple[object, dict, list[dict], dict, list[int]]:
    """The record, config, history, summary and exit codes of the one run in ``run``/wandb."""
    wandb.teardown()  # the service writes the last records a moment after a run is finished
    (log,) = run.glob("wandb/offline-run-*/run-*.wandb")
    found = list(records(log))
    config = {}
    for record in found:
        config |= values(record.run.config.update) | values(record.config.update)
    history = [values(record.history.item) for record in found if record.HasField("history")]
    summary = {k: v for record in found for k, v in values(record.summary.update).items()}
    exits = [record.exit.exit_code for record in found if record.HasField("exit")]
    first = next(record.run for record in found if record.HasField("run"))
    return first, config, history, summary, exits
