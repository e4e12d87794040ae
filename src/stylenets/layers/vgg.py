"""How VGG is built, for those who load it and those who mirror it (Simonyan & Zisserman 2015)."""

# {depth: convolutions of each block}; a block ends in pooling (table 1, columns D and E).
VGG_BLOCKS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


def layer_names(depth: int) -> list[str]:
    """All layers in their order: conv1_1, relu1_1, …, pool5."""
    layers = []
    for block, count in enumerate(VGG_BLOCKS[depth], start=1):
        for k in range(1, count + 1):
            layers += [f"conv{block}_{k}", f"relu{block}_{k}"]
        layers.append(f"pool{block}")
    return layers
