"""The tables of docs/performance.md, made from the figures that the benchmark's suites left."""

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from stylenets.evaluation.speed import curves, gpu
from stylenets.evaluation.speed.cpu import OURS, REFERENCE, Timed, sheet
from stylenets.evaluation.speed.scaling import Curve

BEGIN, END = (
    "<!-- performance: made by scripts/benchmark.py suite=readme -->",
    "<!-- end of performance -->",
)
Figures = dict[str, Any]


def put_in(text: str, section: str) -> str:
    """``text`` with the section in place of what stands between the two marks. Raises ValueError where they are not there."""
    before, found, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"no {BEGIN} … {END} to put the section between")
    return f"{before}{BEGIN}\n{section}\n{END}{after}"


def section(folder: Path) -> str:
    """Markdown from train.json, infer.json, curves.json, memory.json, data.json, scaling.json and startup.json in ``folder``.

    Those of a GPU, train_gpu.json and infer_gpu.json, come after them where there are any.
    """
    read = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")
    }
    parts = [
        _machine(read["train"]),
        *_speed(read, "train"),
        *_speed(read, "infer"),
        _curves(read["curves"]),
        _memory(read["memory"]),
    ]
    parts += [_data(read["data"]), _scaling(read["scaling"]), _startup(read["startup"])]
    parts += [
        part for suite in ("train_gpu", "infer_gpu") if suite in read for part in _gpu(read[suite])
    ]
    return "\n".join(parts)


def _machine(train: Figures) -> str:
    machine, rates = train["machine"], train["machine_gflops"]["kept"]
    return (
        f"On {machine['processor']}, {machine['threads']} threads, torch {machine['torch']}; medians. The machine's own rates:"
        f" matrix product {rates['matrix product']:.0f} GFLOP/s, 3 x 3 convolution {rates['convolution']:.0f}. The reference recipe is the"
        " published network and losses written out (`src/stylenets/evaluation/speed/reference.py`); GFLOP/s are of its operations, so that ours,"
        ' which does fewer, can exceed the rates. "Memory kept": our commands let the process keep freed memory, where glibc gives large'
        " blocks back and takes them anew for every tensor.\n"
    )


def _speed(read: dict[str, Figures], suite: str) -> Iterable[str]:
    names = {field.name for field in fields(Timed)}
    timed = [Timed(**{name: one[name] for name in names}) for one in read[suite]["timed"]]
    for case in dict.fromkeys(one.case for one in timed):
        yield sheet([one for one in timed if one.case == case], suite).markdown()


def _gpu(figures: Figures) -> Iterable[str]:
    machine, rates, names = (
        figures["machine"],
        figures["machine_gflops"],
        {field.name for field in fields(gpu.Timed)},
    )
    yield (
        f"On {machine['device']}, torch {machine['torch']}; in bfloat16 a matrix product does {rates['matrix product'] / 1e3:.0f} TFLOP/s, a"
        f" 3 x 3 convolution {rates['convolution'] / 1e3:.0f}.\n"
    )
    timed = [gpu.Timed(**{name: one[name] for name in names}) for one in figures["timed"]]
    for case in dict.fromkeys(one.case for one in timed):
        yield gpu.sheet(
            [one for one in timed if one.case == case], rates["matrix product"]
        ).markdown()


def _curves(figures: Figures) -> str:
    size, batch = (figures["settings"]["curves"][name] for name in ("size", "batch"))
    table = curves.sheet([curves.Curve(**one) for one in figures["curves"]]).markdown()
    words = f"Batches of {batch} at {size} px; the loss grows at first because its schedule turns the style up."
    return f"{table}\n{words}\n\n![losses in both precisions](performance/curves.svg)\n"


def _memory(figures: Figures) -> str:
    lines = [
        "**Peak memory of a process beyond Python and torch, in MB**",
        "",
        f"| | {REFERENCE} | {OURS} |",
        "| :-- | --: | --: |",
    ]
    return "\n".join(
        [
            *lines,
            *(
                f"| {one['case']} | {one[REFERENCE] / 1e6:.0f} | {one[OURS] / 1e6:.0f} |"
                for one in figures["cases"]
            ),
            "",
        ]
    )


def _data(figures: Figures) -> str:
    size, files = figures["settings"]["size"], figures["settings"]["data_suite"]["files"]
    lines = [
        f"**Random crops of {size} px a second, by loader processes**",
        "",
        "| processes | decoded | from `data.cache` |",
        "| :-- | --: | --: |",
    ]
    rates = {(one["workers"], one["cache"]): one["crops_per_second"] for one in figures["rates"]}
    lines += [
        f"| {count} | {rates[count, False]:.0f} | {rates[count, True]:.0f} |"
        for count in sorted({count for count, _ in rates})
    ]
    first, again = figures["first_batch_seconds"]
    return "\n".join(
        [
            *lines,
            "",
            f"From a folder of {files:,} files to the first batch: {first:.1f} s, again {again:.1f} s.",
            "",
        ]
    )


def _scaling(figures: Figures) -> str:
    curves = [Curve(**one) for one in figures["curves"]]
    return "\n".join(
        [
            *(curve.sheet().markdown() for curve in curves),
            "![what grows and what does not](performance/scaling.svg)",
            "",
        ]
    )


def _startup(figures: Figures) -> str:
    lines = ["**From the command to the result**", "", "| | seconds |", "| :-- | --: |"]
    return "\n".join(
        [
            *lines,
            *(
                f"| {name} | {sorted(times)[len(times) // 2]:.2f} |"
                for name, times in figures["seconds"].items()
            ),
            "",
        ]
    )
