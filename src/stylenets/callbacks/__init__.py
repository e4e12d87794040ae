"""What happens beside the training steps: pictures, speed, checkpoints, loggers."""
