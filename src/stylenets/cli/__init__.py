"""The commands, one file each: compose the configuration, build the objects, call them."""
