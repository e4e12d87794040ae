"""The frozen VGG loss network and where its weights come from."""
