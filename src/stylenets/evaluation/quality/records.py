"""What the suite ``quality`` found, as plain values for JSON and as rows for a spreadsheet."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from statistics import mean, median
from typing import Any

from stylenets.evaluation.networks.long_table import LongRow
from stylenets.evaluation.quality.findings import JudgedPicture, QualityFindings
from stylenets.evaluation.quality.measures import MEASURES

COLUMNS = ["picture", "style", "photograph", "measure", "to_style", "unit", "value"]


def quality_records(findings: QualityFindings) -> dict[str, Any]:
    """Everything found, as plain values."""
    painters = [*findings.networks, *findings.peers]
    seconds = {maker: median(values) for maker, values in findings.seconds.items() if values}
    if findings.courses:
        seconds["L-BFGS iteration"] = median(course.seconds for course in findings.courses)
    return {
        "styles": findings.styles,
        "networks": findings.networks,
        "peers": findings.peers,
        "notes": findings.notes,
        "rows": list(_mean_rows(findings)),
        "nearest_to_own": {maker: _nearest(findings, maker) for maker in painters},
        "distances": {maker: _distances(findings, maker) for maker in painters},
        "spoiled": {maker: _spoiled(findings, maker) for maker in painters},
        "equal_iterations": {maker: _equal(findings, maker) for maker in painters},
        "worst": {
            network: [_record(findings, kept.judged) for kept in worst]
            for network, worst in findings.worst.items()
        },
        "seconds": seconds,
        "courses": [asdict(course) for course in findings.courses],
        "pictures": [_record(findings, one) for one in findings.pictures],
    }


def quality_rows(findings: QualityFindings) -> Iterator[LongRow]:
    """A row for each figure of each picture, by the names in ``COLUMNS``."""
    for one in findings.pictures:
        place: LongRow = {
            "picture": one.maker,
            "style": findings.styles[one.style],
            "photograph": one.photo,
        }
        empty: LongRow = dict.fromkeys(COLUMNS, "")
        for measure in MEASURES:
            value = measure.value(one)
            if value is not None:
                figure: LongRow = {"measure": measure.name, "unit": measure.unit, "value": value}
                yield empty | place | figure
        for style, distance in zip(findings.styles, one.verdict.distances, strict=True):
            to_style: LongRow = {"to_style": style, "value": distance}
            yield empty | place | {"measure": "style distance"} | to_style


def _mean_rows(findings: QualityFindings) -> Iterator[dict[str, Any]]:
    """Mean, deviation and number of each measure, by maker, over all styles and by style."""
    for number in (None, *range(len(findings.styles))):
        for maker in findings.makers:
            pictures = findings.of(maker, number)
            if not pictures:
                continue
            spreads = {one.name: one.spread(pictures) for one in MEASURES}
            yield {
                "style": None if number is None else findings.styles[number],
                "picture": maker,
                "measures": {name: asdict(found) for name, found in spreads.items() if found},
            }


def _nearest(findings: QualityFindings, maker: str) -> list[int]:
    """How many pictures are nearest to their own style, of how many."""
    pictures = findings.of(maker)
    return [sum(one.nearest_to_own for one in pictures), len(pictures)]


def _distances(findings: QualityFindings, maker: str) -> dict[str, dict[str, float]]:
    """{style: {to style: mean distance}}."""
    found = {}
    for number, style in enumerate(findings.styles):
        pictures = findings.of(maker, number)
        if pictures:
            to_each = zip(*(one.verdict.distances for one in pictures), strict=True)
            found[style] = dict(zip(findings.styles, map(mean, to_each), strict=True))
    return found


def _spoiled(findings: QualityFindings, maker: str) -> dict[str, int]:
    faults = [one.fault for one in findings.of(maker)]
    return {fault: faults.count(fault) for fault in ("black", "gray", "clipped")}


def _equal(findings: QualityFindings, maker: str) -> dict[str, float | None]:
    """{style: L-BFGS iterations}; None: there are none to compare with, or none sufficed."""
    found = {}
    for number, style in enumerate(findings.styles):
        equal = findings.equal_iterations(findings.of(maker, number, findings.optimized))
        found[style] = None if equal is None or math.isinf(equal) else equal
    return found


def _record(findings: QualityFindings, one: JudgedPicture) -> dict[str, Any]:
    record: dict[str, Any] = asdict(one)
    verdict: dict[str, Any] = record.pop("verdict")
    return record | verdict | {"style": findings.styles[one.style], "fault": one.fault}
