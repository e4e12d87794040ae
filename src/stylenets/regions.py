"""Two words with a meaning of their own wherever regions of a picture are asked for."""

BACKGROUND = "background"  # the label of what no other region covers
KEEP = "keep"  # in place of a style: the region stays as the photograph has it
MAIN = "main"  # of all that was found, what hangs together and covers most
