"""The command starts the app, for this machine alone, or says in one line why not."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from visitor import PHOTO, Visitor, free_port

from stylenets.app.command import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("ckpt=[nothing]", "ckpt=nothing: no such checkpoint"),
        ("ckpt=[]", "must be networks"),
        ("port=0", "port=0: must be a whole number from 1 to 65535"),
        ("limits.files=0", "limits.files=0: must be a whole number of at least 1"),
        ("device=tpu", "device=tpu"),
    ],
)
def test_a_mistake_ends_in_one_line(
    given: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["app.py", given])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1


@pytest.mark.slow
def test_the_command_serves_until_it_is_stopped(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, str(ROOT / "scripts" / "app.py"), "ckpt=small", f"port={port}"]
    environment = os.environ | {"TMPDIR": str(tmp_path), "GRADIO_SHARE": "True"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        assert f"open http://127.0.0.1:{port}/ in a browser" in line
        page = httpx.get(f"http://127.0.0.1:{port}/").text
        assert "gradio.live" not in page
        with Visitor(f"http://127.0.0.1:{port}/") as visitor:
            visitor.paint(PHOTO)
        assert list(tmp_path.glob("stylenets-app-*"))
        with pytest.raises(OSError), socket.create_connection((other_address(), port), 2):
            pass
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert not list(tmp_path.glob("stylenets-app-*")), "what was uploaded is gone"


def other_address() -> str:
    """An address of this machine by which others reach it; any of its own but 127.0.0.1."""
    return "127.0.0.2"
