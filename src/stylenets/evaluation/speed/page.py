"""The tables of docs/performance.md, made from the figures that the suites left."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from statistics import median
from textwrap import fill
from typing import Any

from stylenets.evaluation.speed.cpu import OURS, REFERENCE, CpuTiming, cpu_table
from stylenets.evaluation.speed.curves import TrainingCurve, curves_table
from stylenets.evaluation.speed.gpu import GpuTiming, gpu_table
from stylenets.evaluation.speed.large import picture_table
from stylenets.evaluation.speed.neighbors import neighbors_table
from stylenets.evaluation.speed.scaling import CostCurve
from stylenets.report.tables import Sheet

BEGIN = "<!-- performance: made by scripts/benchmark.py suite=page -->"
END = "<!-- end of performance -->"
DIFFERENCE = {"infer": "difference of 255", "train": "difference of the loss"}
WIDTH = 100  # columns of the page's sentences
Figures = dict[str, Any]


def insert_tables(text: str, tables: str) -> str:
    """Put the tables in place of what stands between the two marks of ``text``.

    Raises:
        ValueError: If the marks are not there.
    """
    before, found, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"no {BEGIN} … {END} to put the tables between")
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def performance_tables(folder: Path) -> str:
    """Make markdown of what the suites left in ``folder``.

    Args:
        folder: With train.json, infer.json, curves.json, memory.json, data.json, scaling.json,
            startup.json and neighbors.json. Those of a GPU, train_gpu.json and infer_gpu.json, come
            last where there are any.

    Raises:
        KeyError: If one of them is missing, or a figure in it.
    """
    files = folder.glob("*.json")
    found = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}
    parts = [
        _machine(found["train"]),
        *_cpu(found["train"], "train"),
        *_cpu(found["infer"], "infer"),
        _curves(found["curves"]),
        _memory(found["memory"]),
        _data(found["data"]),
        _scaling(found["scaling"]),
        _startup(found["startup"]),
        _neighbors(found["neighbors"]),
    ]
    for suite in ("train_gpu", "infer_gpu"):
        if suite in found:
            parts += _gpu(found[suite])
    return "\n".join(parts)


def _machine(train: Figures) -> str:
    machine = train["machine"]
    rates = train["machine_gflops"]["kept"]
    product = f"{rates['matrix product']:.0f} GFLOP/s"
    convolution = f"{rates['convolution']:.0f} GFLOP/s"
    origin = f"{machine['processor']}, {machine['threads']} threads, torch {machine['torch']}"
    words = (
        f"On {origin}. Times are medians. The machine itself does {product} in a matrix product "
        f"and {convolution} in a 3 x 3 convolution. The reference recipe is the published network "
        "with its losses, written out in `src/stylenets/evaluation/speed/reference.py`. GFLOP/s "
        "count its operations; "
        'stylenets needs fewer of them and can exceed the machine\'s rates. "Memory kept" is what '
        "the commands do: the process keeps freed memory. By default glibc gives large blocks back "
        "and takes them anew for every tensor."
    )
    return f"{fill(words, WIDTH)}\n"


def _cpu(figures: Figures, suite: str) -> Iterator[str]:
    names = {field.name for field in fields(CpuTiming)}
    timings = [CpuTiming(**{name: one[name] for name in names}) for one in figures["timed"]]
    for case in dict.fromkeys(one.case for one in timings):
        same = [one for one in timings if one.case == case]
        yield cpu_table(same, DIFFERENCE[suite]).markdown()


def _gpu(figures: Figures) -> Iterator[str]:
    machine = figures["machine"]
    rates = figures["machine_gflops"]
    product = rates["matrix product"]
    words = (
        f"On {machine['device']}, torch {machine['torch']}. In bfloat16 the card itself does "
        f"{product / 1e3:.0f} TFLOP/s in a matrix product and {rates['convolution'] / 1e3:.0f} "
        "TFLOP/s in a 3 x 3 convolution."
    )
    yield f"{fill(words, WIDTH)}\n"
    names = {field.name for field in fields(GpuTiming)}
    timings = [GpuTiming(**{name: one[name] for name in names}) for one in figures["timed"]]
    for case in dict.fromkeys(one.case for one in timings):
        yield gpu_table([one for one in timings if one.case == case], product).markdown()


def _curves(figures: Figures) -> str:
    chosen = figures["settings"]["curves"]
    table = curves_table([TrainingCurve(**one) for one in figures["curves"]]).markdown()
    words = (
        f"Batches of {chosen['batch']} at {chosen['size']} px. The loss grows at first because its "
        "schedule turns the style up."
    )
    picture = "![losses in both precisions](performance/curves.svg)"
    return f"{table}\n{words}\n\n{picture}\n"


def _memory(figures: Figures) -> str:
    rows = []
    for one in figures["cases"]:
        megabytes = [f"{one[name] / 1e6:.0f}" for name in (REFERENCE, OURS)]
        rows.append([one["case"], *megabytes])
    title = "Peak memory of a process beyond Python and torch, in MB"
    table = Sheet(title, ["", REFERENCE, OURS], rows).markdown()
    large = figures.get("pictures")
    return "\n".join([table, picture_table(large).markdown()]) if large else table


def _data(figures: Figures) -> str:
    settings = figures["settings"]
    rates: dict[int, dict[bool, float]] = {}
    for one in figures["rates"]:
        rates.setdefault(one["workers"], {})[one["cache"]] = one["crops_per_second"]
    rows = [
        [str(workers), *(f"{rates[workers][cached]:.0f}" for cached in (False, True))]
        for workers in sorted(rates)
    ]
    title = f"Random crops of {settings['size']} px a second, by loader processes"
    table = Sheet(title, ["processes", "decoded", "from data.cache"], rows).markdown()
    files = settings["data_suite"]["files"]
    first, again = figures["first_batch_seconds"]
    words = (
        f"From a folder of {files:,} files to the first batch: {first:.1f} s, again {again:.1f} s."
    )
    return f"{table}\n{words}\n"


def _scaling(figures: Figures) -> str:
    tables = [CostCurve(**one).table().markdown() for one in figures["curves"]]
    return "\n".join([*tables, "![what grows and what does not](performance/scaling.svg)", ""])


def _startup(figures: Figures) -> str:
    rows = [[name, f"{median(times):.2f}"] for name, times in figures["seconds"].items()]
    return Sheet("From the command to the result", ["", "seconds"], rows).markdown()


def _neighbors(figures: Figures) -> str:
    machine = figures["machine"]
    table = neighbors_table(figures["seconds"]).markdown()
    return f"{table}\nOn {machine['processor']}, {machine['threads']} threads.\n"
