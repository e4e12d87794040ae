"""The command ``infer`` with regions=: what it writes, and every mistake in one line."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from PIL import Image

from stylenets import images
from stylenets.checkpoints import Network, save
from stylenets.cli.infer.command import infer
from stylenets.cli.region_request import RegionRequest, read_regions
from stylenets.errors import UserError
from stylenets.nets import CINNet

ROOT = Path(__file__).parents[2]
KEEP = "regions={person:keep,background:ink}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with net.safetensors (ink and glass), photos a and b of 60 x 40, and masks.

    There is a person on the left half of a.
    """
    torch.manual_seed(0)
    monkeypatch.chdir(tmp_path)
    args = {"styles": 2, "width": 8, "blocks": 1}
    net = CINNet(**args)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    save("net.safetensors", Network(net, "cin", args, ["ink", "glass"]))
    for name in "ab":
        images.write(f"photos/{name}.png", torch.rand(3, 40, 60))
    mask = torch.zeros(3, 40, 60)
    images.write("masks/b.png", mask)
    images.write("square.png", torch.ones(3, 40, 40))
    mask[..., :30] = 1
    images.write("masks/a.png", mask)
    images.write("map.png", mask / 255)
    return tmp_path


def run(*overrides: str) -> list[str]:
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        infer(
            compose(
                "infer", ["out=out", "ckpt=net.safetensors", "content=photos/a.png", *overrides]
            )
        )
    return written()


def written() -> list[str]:
    return sorted(path.name for path in Path("out").rglob("*.*") if path.is_file())


def test_a_picture_and_its_masks(folder: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(KEEP, "masks=masks/a.png") == [
        "a_mask_background.png",
        "a_mask_person.png",
        "a_regions.png",
    ]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[:2] for line in lines] == [
        [f"out/a_{n}.png", "60x40"] for n in ("regions", "mask_person", "mask_background")
    ]
    result, photo, mask = (
        images.read("out/a_regions.png"),
        images.read("photos/a.png"),
        images.read("out/a_mask_person.png")[0],
    )
    assert int((mask == 1).sum()) >= 28 * 40 and torch.equal(
        result[:, mask == 1], photo[:, mask == 1]
    )
    assert not torch.equal(result[:, mask == 0], photo[:, mask == 0])


def test_the_masks_of_a_run_are_masks_of_the_next(folder: Path) -> None:
    run(KEEP, "masks=masks/a.png", "feather=1")
    before = Path("out/a_regions.png").read_bytes()
    Path("out").rename("first")
    run(KEEP, "masks=first", "feather=1")
    assert Path("out/a_regions.png").read_bytes() == before


def test_a_label_map_a_mix_and_an_unnamed_background_that_is_kept(folder: Path) -> None:
    run("regions={dog:{ink:1,glass:1}}", "masks=map.png", "labels={1:dog,7:cat}", "format=jpg")
    assert written() == ["a_mask_background.png", "a_mask_dog.png", "a_regions.jpg"]


def test_a_content_without_the_region_is_listed_and_the_others_are_done(folder: Path) -> None:
    with pytest.raises(
        UserError,
        match=r"^1 of 2 pictures were not stylized: photos/b\.png: no person in the picture$",
    ):
        run("content=photos", KEEP, "masks=masks")
    assert written() == ["a_mask_background.png", "a_mask_person.png", "a_regions.png"]


def test_the_alpha_of_the_content_is_its_mask(folder: Path) -> None:
    picture = Image.open("photos/a.png").convert("RGBA")
    picture.putalpha(Image.open("masks/a.png").convert("L"))
    picture.save("photos/a.png")
    assert "a_regions.png" in run(KEEP)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["regions={person:keep}", "masks=masks/a.png"], "keeps everything"),
        (["regions={background:ink}", "masks=masks/a.png"], "must say what becomes of each"),
        (["regions=ink"], "must say what becomes of each"),
        (["regions={person:{ink:-1}}", "masks=masks/a.png"], "styles with positive shares"),
        (["regions={person:[ink]}", "masks=masks/a.png"], "must be keep, a style, or styles"),
        (["regions={a/b:ink}"], "'a/b' cannot name a region"),
        (
            ["regions={person:glas}", "masks=masks/a.png"],
            "unknown style 'glas'; did you mean glass",
        ),
        (
            [
                "regions={person:ink,dog:glass,background:snow}",
                "masks=map.png",
                "labels={1:person,2:dog}",
            ],
            "unknown style 'snow'.* ink, glass",
        ),
        ([KEEP, "styles=[ink]"], "not both"),
        ([KEEP, "mix={ink:1}"], "not both"),
        ([KEEP, "masks=gone.png"], "no such mask: gone.png"),
        ([KEEP], "no masks: photos/a.png has no alpha channel; give masks=FILE, or segmenter="),
        ([KEEP, "masks=masks/b.png"], "photos/a.png: no person in the picture"),
        ([KEEP, "masks=square.png"], "square.png is 40 x 40 and its picture 60 x 40"),
        ([KEEP, "masks=map.png"], "a label map"),
        (
            [KEEP, "masks={dog:masks/a.png}"],
            "unknown region 'person'; with segmenter=files there are dog, main and background",
        ),
        ([KEEP, "masks=map.png", "labels={1:dog}"], "unknown region 'person'"),
        ([KEEP, "masks=map.png", "labels={3:person}"], "none of the values in labels=, but 0, 1"),
        ([KEEP, "masks=map.png", "labels={one:person}"], "must name gray values"),
        (["regions={person:ink,dog:glass}", "masks=masks/a.png"], "one mask for person and dog"),
        (
            ["regions={unicorn:keep,background:ink}", "segmenter=deeplab"],
            "unknown region 'unicorn'.* aeroplane, .* person, .* and background",
        ),
        (
            [KEEP, "segmenter=saliency"],
            "unknown region 'person'; with segmenter=saliency there are object, main and",
        ),
        (
            [KEEP, "segmenter=eyes"],
            "segmenter=eyes: must be one of files, deeplab, selfie, saliency",
        ),
        ([KEEP, "segmenter=selfie", "masks=masks/a.png"], "leave one out"),
        ([KEEP, "segmenter=deeplab", "deeplab.backbone=vit"], "deeplab.backbone=vit"),
        (
            [KEEP, "segmenter=deeplab", "deeplab.weights=gone.pth"],
            "no such weights: deeplab.weights=gone.pth",
        ),
        ([KEEP, "masks=masks/a.png", "feather=-1"], "feather=-1"),
        ([KEEP, "masks=masks/a.png", "smallest=2"], "smallest=2"),
        (["segmenter=selfie"], "segmenter= belongs to regions="),
    ],
)
def test_a_mistake_writes_nothing(folder: Path, overrides: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        run(*overrides)
    assert "\n" not in str(caught.value)
    assert written() == []


def test_a_request_holds_what_the_values_say() -> None:
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        config = compose(
            "infer", ["regions={person:keep,background:{a:1,b:2}}", "segmenter=selfie", "feather=3"]
        )
    expected = RegionRequest(
        {"person": "keep", "background": {"a": 1.0, "b": 2.0}},
        "selfie",
        None,
        None,
        3,
        0.001,
        "resnet50",
        None,
        None,
    )
    assert read_regions(OmegaConf.to_container(config)) == expected and expected.wanted == [
        "person"
    ]
