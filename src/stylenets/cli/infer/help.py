"""What ``infer --help`` says: a screen of examples, then the options."""

from stylenets.cli.entry import config_folder
from stylenets.cli.help import OPTIONS, entry, options_of, program

EXAMPLES = """Paint pictures in the styles of a trained network.

  {program} photo.jpg                       six pictures and a contact sheet
  {program} photo.jpg swirl                 one style; {program} list names them
  {program} photo.jpg swirl out=result.png  where to, for one picture
  {program} *.jpg glass,ink out=painted     several pictures and styles, a folder
  {program} photo.jpg swirl strength=0.6    between photograph (0) and style (1)
  {program} photo.jpg swirl colors=photo    in the photograph's own colors
  {program} photo.jpg swirl stroke=auto     strokes as large as in a small preview
  {program} photo.jpg size=1024             shortest side; or 1024x768 to fit
  {program} photo.jpg mix=swirl:0.6,ink:0.4 a blend of styles
  {program} photo.jpg style=painting.jpg    any picture as the style
  {program} photo.jpg masks=person.png regions=person:keep,background:ink

A bare path is a picture or a folder of them, a bare word a style.
Everything else is name=value, in any order.
"""
CLUSTER = "a SLURM job, with a process for each GPU; then also:"


def infer_help() -> str:
    """The whole text."""
    folder = config_folder() / "commands"
    lines = [
        EXAMPLES.format(program=program("infer")),
        OPTIONS,
        "",
        *options_of(folder / "infer.yaml"),
        entry("cluster=slurm", CLUSTER),
        *options_of(folder / "cluster" / "slurm.yaml"),
    ]
    return "\n".join(lines) + "\n"
