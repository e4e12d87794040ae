"""Train a stylization network: python train.py model=cin styles=six (see README.md)."""

from stylenets.cli.train import main

if __name__ == "__main__":
    main()
