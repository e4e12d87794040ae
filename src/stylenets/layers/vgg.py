"""How VGG is built, for those who load it and those who mirror it (Simonyan & Zisserman 2015)."""

# {depth: convolutions of each block}; a block ends in pooling (table 1, columns D and E).
VGG_BLOCKS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
